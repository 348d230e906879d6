package dev.kompakt.standalone.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumTest {
  private static final String THREE = "1@127.0.0.1:1001,2@127.0.0.1:1002,3@127.0.0.1:1003";

  @Test
  void shouldBeOneClusterInWhateverOrderItsNodesAreGiven() {
    Quorum first = Quorum.parse(1, THREE);
    Quorum second = Quorum.parse(2, "3@127.0.0.1:1003,2@127.0.0.1:1002,1@127.0.0.1:1001");

    assertThat(second.clusterId()).isEqualTo(first.clusterId());
    assertThat(second.controllers()).isEqualTo(first.controllers());
    assertThat(second.controller()).isEqualTo(new HostPort("127.0.0.1", 1002));
    assertThat(Quorum.parse(1, "1@127.0.0.1:1001").clusterId()).isNotEqualTo(first.clusterId());
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 2, 1", "3, 3, 2", "5, 3, 2"})
  void shouldKeepThreeCopiesAtMostAndDoWithoutOne(int nodes, int replicas, int inSync) {
    StringBuilder text = new StringBuilder("1@h:1");
    for (int node = 2; node <= nodes; node++) {
      text.append(",").append(node).append("@h:").append(node);
    }
    Quorum quorum = Quorum.parse(1, text.toString());

    assertThat(quorum.replicas()).isEqualTo(replicas);
    assertThat(quorum.inSync()).isEqualTo(inSync);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "4; 1@h:1,2@h:2; node 4 is none of 1@h:1,2@h:2",
        "1; 1@h:1,1@h:2; node 1 is given twice",
        "1; 1@h:1,; '' is not node@host:port",
        "1; h:1; 'h:1' is not node@host:port",
        "1; 0@h:1; '0@h:1' is not node@host:port",
        "1; 1@h; 'h' is not host:port",
      })
  void shouldSayWhatIsWrong(int node, String text, String problem) {
    assertThatThrownBy(() -> Quorum.parse(node, text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(problem);
  }

  @Test
  void shouldAdvertiseWhatAListenerSays() {
    Map<String, Object> settings =
        BrokerSettings.of(
            Path.of("logs"),
            List.of(Listener.parse("0.0.0.0:1"), Listener.parse("127.0.0.1:2@proxy:3")),
            Quorum.parse(2, THREE));

    assertThat(settings)
        .containsEntry(
            "listeners",
            "PLAINTEXT://0.0.0.0:1,CLIENTS_1://127.0.0.1:2,CONTROLLER://127.0.0.1:1002")
        .containsEntry("advertised.listeners", "PLAINTEXT://127.0.0.1:1,CLIENTS_1://proxy:3")
        .containsEntry("node.id", "2")
        .containsEntry("default.replication.factor", "3")
        .containsEntry("min.insync.replicas", "2");
  }
}
