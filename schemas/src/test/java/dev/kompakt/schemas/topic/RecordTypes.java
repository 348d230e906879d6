package dev.kompakt.schemas.topic;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Looks into record types.
final class RecordTypes {
  private RecordTypes() {}

  /// The classes a component is made of: its own and, of a list, the element's.
  static List<Class<?>> parts(RecordComponent component) {
    List<Class<?>> parts = new ArrayList<>();
    parts.add(component.getType());
    if (component.getGenericType() instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        if (argument instanceof Class<?> type) {
          parts.add(type);
        }
      }
    }
    return parts;
  }

  /// The records a sealed type may be, however deep they are sealed.
  static Stream<Class<?>> variants(Class<?> sealed) {
    return Arrays.stream(sealed.getPermittedSubclasses())
        .flatMap(type -> type.isSealed() ? variants(type) : Stream.of(type));
  }

  /// The component values that are there.
  static List<Object> values(Object value) {
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      try {
        Object part = component.getAccessor().invoke(value);
        if (part != null) {
          values.add(part);
        }
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(component.toString(), e);
      }
    }
    return values;
  }
}
