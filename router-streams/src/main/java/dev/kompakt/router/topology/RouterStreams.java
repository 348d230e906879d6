package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.bootstrap.observe.Check;
import dev.kompakt.bootstrap.observe.RoleFailedException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Kafka Streams, running the topology. A thread that dies is replaced. Where routers of another
/// topology run, it waits for them to end and then goes on from where they were.
///
/// @see <a href="../../../../../../../../docs/adr/0018-upgrades.md">ADR 0018</a>
public final class RouterStreams {
  private static final Logger LOG = LoggerFactory.getLogger(RouterStreams.class);

  private static final Duration CLOSING = Duration.ofSeconds(10);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  /// Another router that takes over is done by then.
  private static final Duration AFTER_A_REFUSAL = Duration.ofSeconds(1);

  /// Not all that topologies differ in can be looked at; a try finds out.
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(30);

  /// So many times in a row the group may be another topology's again right after it forgot its
  /// former one, as when two versions start at once.
  private static final int MOST_IN_VAIN = 5;

  private static final Check WAITS =
      new Check.Waits("the routers of another version in group " + RouterGroup.ID + " to stop");

  private final Supplier<Topology> topology;
  private final Map<String, Object> settings;
  private final RouterGroup group;
  private final Thread keeper =
      Thread.ofPlatform().daemon().name("router-keeper").unstarted(this::keep);

  private volatile StreamsRun run;
  private volatile @Nullable Check obstacle;
  private boolean closed;
  private boolean told;

  private RouterStreams(
      Supplier<Topology> topology, Map<String, Object> settings, RouterGroup group) {
    this.topology = topology;
    this.settings = settings;
    this.group = group;
    run = StreamsRun.make(topology.get(), settings);
  }

  /// Another process uses the state directory.
  public static final class DirectoryInUseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DirectoryInUseException(Throwable cause) {
      super("the state directory is in use", cause);
    }
  }

  /// Makes it; nothing runs before [#start].
  ///
  /// @param topology a new one at each call, all the same
  /// @param settings as [StreamsSettings] makes them
  /// @throws DirectoryInUseException if another process uses the state directory
  /// @throws RoleFailedException if there is no room for its state
  public static RouterStreams create(
      Supplier<Topology> topology, Map<String, Object> settings, KafkaClients clients) {
    return new RouterStreams(topology, settings, new RouterGroup(clients));
  }

  /// Joins the group; returns at once.
  public void start() {
    keeper.start();
  }

  /// Whether it runs, and else what is in the way.
  public Check check() {
    if (run.running()) {
      return new Check.Holds();
    }
    return Objects.requireNonNullElseGet(obstacle, Check.NotYet::new);
  }

  /// Ends all threads and leaves the group.
  ///
  /// @return whether they ended in time
  public boolean close(Duration timeout) {
    synchronized (this) {
      closed = true;
      keeper.interrupt();
    }
    return run.close(timeout);
  }

  private void keep() {
    try {
      if (run.fresh()) {
        succeed(false);
      }
      int inVain = 0;
      while (begun()) {
        if (run.awaitEnd() instanceof ThreadReplacement.End.Failed(String why)) {
          fail(why);
          return;
        }
        run.close(CLOSING);
        inVain = succeed(true) ? inVain + 1 : 0;
        if (inVain > MOST_IN_VAIN) {
          fail(
              "Kafka refuses this version's topology in group "
                  + RouterGroup.ID
                  + "; start the version before again, and see docs/operations.md, Upgrades");
          return;
        }
        renew();
      }
    } catch (InterruptedException | InterruptException e) {
      // closed
    } catch (AuthorizationException e) {
      fail(
          "Kafka does not let the router take over from another version ("
              + e.getMessage()
              + "): it needs Describe and Read on group "
              + RouterGroup.ID);
    } catch (RoleFailedException e) {
      fail(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.atDebug().setCause(e).log("the router's streams ended");
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      fail(
          "the router does not start: "
              + root.getClass().getSimpleName()
              + " ("
              + root.getMessage()
              + "); --set log.level=debug shows where");
    }
  }

  private synchronized boolean begun() {
    if (!closed) {
      run.start();
    }
    return !closed;
  }

  private synchronized void renew() {
    if (!closed) {
      run = StreamsRun.make(topology.get(), settings);
    }
  }

  /// Has the group forget the topology of members that have left.
  ///
  /// @param refused whether the group is known to have another topology: then its members are
  ///   waited for
  /// @return whether it forgot
  private boolean succeed(boolean refused) throws InterruptedException {
    while (true) {
      try {
        RouterGroup.Use use = group.use();
        if (refused && use == RouterGroup.Use.IN_USE) {
          use = awaitOthers();
        }
        if (use == RouterGroup.Use.LEFT) {
          group.forgetTopology();
          LOG.atInfo()
              .addKeyValue("group", RouterGroup.ID)
              .log("the routers before have left; goes on from their offsets");
          return true;
        }
        if (refused) {
          Thread.sleep(AFTER_A_REFUSAL);
        }
        return false;
      } catch (RetriableException | UnreachableException e) {
        LOG.atWarn()
            .addKeyValue("cause", e.getClass().getSimpleName())
            .log("cannot look at the group of routers, tries again");
        Thread.sleep(BETWEEN_LOOKS);
      }
    }
  }

  private RouterGroup.Use awaitOthers() throws InterruptedException {
    if (!told) {
      told = true;
      LOG.atWarn()
          .addKeyValue("group", RouterGroup.ID)
          .log("routers of another version run; this one takes over when they have stopped");
    }
    obstacle = WAITS;
    group.awaitChange(BETWEEN_TRIES, BETWEEN_LOOKS);
    obstacle = null;
    return group.use();
  }

  private void fail(String why) {
    LOG.atError().addKeyValue("why", why).log("the router stops");
    obstacle = new Check.Failed(why);
  }
}
