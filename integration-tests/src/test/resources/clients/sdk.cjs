// One request by the openai package of the directory given, as its users write it.
//
//   node sdk.cjs DIRECTORY COMMAND < ask.json
//
// prints one line of JSON: what the package returned, or what it threw.
const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const [directory, command] = process.argv.slice(2);
const { OpenAI } = createRequire(join(directory, 'package.json'))('openai');
const ask = JSON.parse(readFileSync(0, 'utf8'));
const client = new OpenAI({
  baseURL: ask.base,
  apiKey: ask.key,
  maxRetries: ask.retries,
  timeout: ask.timeout,
});
const body = { model: ask.model, input: ask.input };
const options = { headers: ask.headers };

const commands = {
  async compact() {
    const { data, response } = await client.responses.compact(body, options).withResponse();
    return { data, status: response.status, location: response.headers.get('location') };
  },
  async poll() {
    return { data: await client.get(ask.path) };
  },
  async create() {
    return { data: await client.responses.create(body, options) };
  },
  async stream() {
    let last;
    for await (const event of await client.responses.create({ ...body, stream: true }, options)) {
      last = event;
    }
    return { event: last?.type, data: last?.response };
  },
  async retrieve() {
    return { data: await client.responses.retrieve('resp_unknown') };
  },
  async models() {
    return { data: { data: (await client.models.list()).data } };
  },
};

commands[command]().then(
  (returned) => console.log(JSON.stringify(returned)),
  (thrown) =>
    console.log(
      JSON.stringify({
        error: thrown.constructor.name,
        message: thrown.message,
        status: thrown.status,
        code: thrown.code,
        retryAfter: thrown.headers?.get('retry-after'),
      }),
    ),
);
