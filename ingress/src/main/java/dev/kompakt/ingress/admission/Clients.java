package dev.kompakt.ingress.admission;

import dev.kompakt.bootstrap.config.Client;
import dev.kompakt.bootstrap.config.ClientKey;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Those who may call, known by the hashes of their keys. Where no keys are asked for, whoever
/// calls from this machine may. Thread-safe.
public final class Clients {
  private static final String SCHEME = "Bearer ";

  /// Compared with where no key has the id that was given, so that this takes as long.
  private static final byte[] NOBODY = new byte[32];

  private final List<Client> configured;
  private final InstantSource clock;
  private volatile Keys keys;

  private static final class Entry {
    final Client client;
    final byte[] hash;
    final Caller caller;

    Entry(Client client) {
      this.client = client;
      hash = HexFormat.of().parseHex(client.keySha256());
      caller = Caller.of(client);
    }
  }

  /// Everyone who is known at one moment.
  ///
  /// @param named keys that tell their id
  /// @param others keys that tell nothing, each of which is looked at
  private record Keys(boolean needed, Map<String, Entry> named, List<Entry> others) {
    int size() {
      return named.size() + others.size();
    }
  }

  /// Makes one that knows the configured clients.
  public Clients(List<Client> configured, InstantSource clock) {
    this.configured = List.copyOf(configured);
    this.clock = clock;
    keys = keys(configured, !configured.isEmpty());
  }

  /// From now on knows these, with the configured ones, and asks for keys.
  public void learn(List<Client> further) {
    List<Client> all = new ArrayList<>(further);
    all.addAll(configured);
    keys = keys(all, true);
  }

  private static Keys keys(List<Client> clients, boolean needed) {
    Map<String, Entry> named = new HashMap<>();
    List<Entry> others = new ArrayList<>();
    for (Client client : clients) {
      if (client.key() == null) {
        others.add(new Entry(client));
      } else {
        named.put(client.key(), new Entry(client));
      }
    }
    return new Keys(needed, Map.copyOf(named), List.copyOf(others));
  }

  /// Who calls. Does the same work for a wrong key as for a right one.
  ///
  /// @param authorization the `Authorization` header, null if there is not exactly one
  /// @param loopback whether the peer is on this machine
  public Identity identify(@Nullable String authorization, boolean loopback) {
    Keys known = keys;
    if (!known.needed()) {
      return loopback ? new Identity.Known(Caller.LOCAL) : Identity.Stranger.NOT_LOCAL;
    }
    String text =
        authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? authorization.substring(SCHEME.length()).strip()
            : "";
    ClientKey key = ClientKey.parse(text);
    byte[] hash = ClientKey.sha256(text);
    Entry named = key == null ? null : known.named().get(key.id());
    Entry found = MessageDigest.isEqual(named == null ? NOBODY : named.hash, hash) ? named : null;
    for (Entry other : known.others()) {
      if (MessageDigest.isEqual(other.hash, hash)) {
        found = other;
      }
    }
    if (found == null || text.isEmpty()) {
      return key == null && ClientKey.claims(text)
          ? Identity.Stranger.MISTYPED
          : Identity.Stranger.UNKNOWN;
    }
    return found.client.expires() != null && !clock.instant().isBefore(found.client.expires())
        ? Identity.Stranger.EXPIRED
        : new Identity.Known(found.caller);
  }

  /// Whether several keys share the room there is.
  public boolean several() {
    return keys.size() > 1;
  }

  /// How many keys are known.
  public int size() {
    return keys.size();
  }
}
