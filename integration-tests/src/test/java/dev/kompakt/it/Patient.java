package dev.kompakt.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;

/// A class of tests that mostly wait, for quotas, timeouts and processes killed: one such class
/// runs beside those that are not. Its own tests run one after the other.
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(providers = Patient.OneByOne.class)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface Patient {
  /// Has the tests of a class wait for each other, which a class that is concurrent does not.
  final class OneByOne implements ResourceLocksProvider {
    @Override
    public Set<Lock> provideForMethod(
        List<Class<?>> enclosing, Class<?> testClass, Method testMethod) {
      return Set.of(new Lock(testClass.getName()));
    }
  }
}
