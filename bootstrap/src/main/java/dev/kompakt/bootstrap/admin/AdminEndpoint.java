package dev.kompakt.bootstrap.admin;

import java.util.Map;

/// Answers requests to one path of the admin plane. May block; called on a virtual thread.
@FunctionalInterface
public interface AdminEndpoint {
  /// Answers one request.
  ///
  /// @param parameters the query's, the first value of each, and the path's
  /// @throws IllegalArgumentException if a parameter is wrong; its message is told
  /// @throws java.util.NoSuchElementException if what it names is not there; likewise
  Reply answer(Map<String, String> parameters);

  /// An answer with a JSON body unless another type is given.
  record Reply(int status, String contentType, String body) {
    public static Reply json(String body) {
      return new Reply(200, "application/json", body);
    }
  }
}
