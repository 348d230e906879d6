package dev.kompakt.bootstrap.admin;

import java.util.Map;

/// Answers `GET` on one path of the admin plane. May block; called on a virtual thread.
@FunctionalInterface
public interface AdminEndpoint {
  /// Answers one request.
  ///
  /// @param query the query's parameters, the first value of each
  Reply get(Map<String, String> query);

  /// An answer with a JSON body unless another type is given.
  record Reply(int status, String contentType, String body) {
    public static Reply json(String body) {
      return new Reply(200, "application/json", body);
    }
  }
}
