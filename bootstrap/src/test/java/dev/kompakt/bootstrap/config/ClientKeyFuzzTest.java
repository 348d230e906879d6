package dev.kompakt.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/// Whatever is sent as a key is one or none, and one mistyped is none.
class ClientKeyFuzzTest {
  private static final String KEY =
      "kmpk_0123456789ab_FuzzFuzzFuzzFuzzFuzzFuzzFuzzFuzzFuzzFuzzFuz2KQk9B";

  @FuzzTest
  void shouldReadAKeyOrNone(byte[] given) {
    String text = new String(given, StandardCharsets.UTF_8);
    ClientKey key = ClientKey.parse(text);
    if (key != null) {
      assertThat(ClientKey.claims(text)).isTrue();
      assertThat(ClientKey.isKeyId(key.id())).isTrue();
      assertThat(key.reveal()).isEqualTo(text);
      assertThat(key.toString()).isEqualTo("key " + key.id());
    }
  }

  @FuzzTest
  void shouldNoticeACharacterMistyped(FuzzedDataProvider data) {
    int at = data.consumeInt(0, KEY.length() - 1);
    String typed = KEY.substring(0, at) + data.consumeChar() + KEY.substring(at + 1);
    assertThat(ClientKey.parse(typed) == null).isEqualTo(!typed.equals(KEY));
  }
}
