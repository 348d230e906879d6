package dev.kompakt.ingress.admission;

import dev.kompakt.bootstrap.config.Client;
import dev.kompakt.schemas.id.TenantId;
import java.util.List;
import java.util.Set;

/// Who calls, and what the key allows.
///
/// @param key the name of the key, which is no secret
/// @param models names it may ask for, with `*` at the end for all that begin so; empty for all
public record Caller(
    TenantId tenant,
    String key,
    Set<Client.Scope> scopes,
    List<String> models,
    Client.Limits limits) {
  /// Whoever calls from this machine where no keys are asked for.
  public static final Caller LOCAL =
      new Caller(
          TenantId.LOCAL, "local", Set.of(Client.Scope.values()), List.of(), Client.Limits.NONE);

  public Caller {
    scopes = Set.copyOf(scopes);
    models = List.copyOf(models);
  }

  static Caller of(Client client) {
    return new Caller(
        client.id(),
        client.keyId(),
        client.allowed(),
        client.models() == null ? List.of() : client.models(),
        client.most());
  }

  /// Whether it may ask for this model.
  public boolean allows(String model) {
    return models.isEmpty() || models.stream().anyMatch(allowed -> matches(allowed, model));
  }

  /// Whether it is good for this.
  public boolean may(Client.Scope scope) {
    return scopes.contains(scope);
  }

  private static boolean matches(String allowed, String model) {
    return allowed.endsWith("*")
        ? model.startsWith(allowed.substring(0, allowed.length() - 1))
        : model.equals(allowed);
  }
}
