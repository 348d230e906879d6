package dev.kompakt.it;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.ObjectMappers;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.responses.CompactedResponse;
import com.openai.models.responses.ResponseCompactParams;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// openai-java with OkHttp.
record JavaSdk() implements Sdk {
  @Override
  public Answer send(Command command, Ask ask) {
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(ask.base().toString())
            .apiKey(ask.key())
            .maxRetries(ask.retries())
            .timeout(ask.timeout())
            .build();
    try {
      return switch (command) {
        case COMPACT -> compact(client, ask);
        case POLL -> poll(ask);
        case CREATE -> success(client.responses().create(create(ask)));
        case STREAM -> stream(client, ask);
        case RETRIEVE -> success(client.responses().retrieve("resp_unknown"));
        case MODELS -> models(client);
      };
    } catch (OpenAIServiceException e) {
      return Answer.failure(
          e.getClass().getSimpleName(),
          e.statusCode(),
          e.code().orElse(""),
          first(e.headers(), "retry-after"));
    } catch (OpenAIException e) {
      return Answer.failure(e.getClass().getSimpleName(), 0, "", "");
    } finally {
      client.close();
    }
  }

  private static Answer compact(OpenAIClient client, Ask ask) {
    ResponseCompactParams.Builder params = ResponseCompactParams.builder().input(ask.input());
    if (ask.model().isEmpty()) {
      params.model(java.util.Optional.empty());
    } else {
      params.model(ask.model());
    }
    ask.headers().forEach(params::putAdditionalHeader);
    try (HttpResponseFor<CompactedResponse> response =
        client.responses().withRawResponse().compact(params.build())) {
      return Answer.success(
          response.statusCode(), first(response.headers(), "location"), json(response.parse()));
    }
  }

  private static ResponseCreateParams create(Ask ask) {
    ResponseCreateParams.Builder params =
        ResponseCreateParams.builder().model(ask.model()).input(ask.input());
    ask.headers().forEach(params::putAdditionalHeader);
    return params.build();
  }

  private static Answer stream(OpenAIClient client, Ask ask) {
    try (StreamResponse<ResponseStreamEvent> events =
            client.responses().createStreaming(create(ask));
        Stream<ResponseStreamEvent> all = events.stream()) {
      List<ResponseStreamEvent> seen = all.toList();
      return Answer.success(0, "", json(seen.getLast()).path("response"));
    }
  }

  private static Answer models(OpenAIClient client) {
    ArrayNode data = JSON.createArrayNode();
    client.models().list().data().forEach(model -> data.addObject().put("id", model.id()));
    return Answer.success(0, "", JSON.createObjectNode().set("data", data));
  }

  /// The package has no way to ask for anything but OpenAI's own paths, so this is plain HTTP.
  private static Answer poll(Ask ask) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      var response =
          http.send(
              HttpRequest.newBuilder(URI.create(ask.base() + ask.path()))
                  .header("Authorization", "Bearer " + ask.key())
                  .timeout(ask.timeout())
                  .build(),
              BodyHandlers.ofString());
      return Answer.success(response.statusCode(), "", JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Answer success(Object returned) {
    return Answer.success(0, "", json(returned));
  }

  private static JsonNode json(Object returned) {
    try {
      return JSON.readTree(ObjectMappers.jsonMapper().writeValueAsString(returned));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static String first(Headers headers, String name) {
    List<String> values = headers.values(name);
    return values.isEmpty() ? "" : values.getFirst();
  }

  @Override
  public String errorOf(int status) {
    return switch (status) {
      case 400 -> "BadRequestException";
      case 401 -> "UnauthorizedException";
      case 403 -> "PermissionDeniedException";
      case 404 -> "NotFoundException";
      case 422 -> "UnprocessableEntityException";
      case 429 -> "RateLimitException";
      default -> "InternalServerException";
    };
  }

  @Override
  public String broken() {
    return "OpenAIInvalidDataException";
  }

  @Override
  public String late() {
    return broken();
  }
}
