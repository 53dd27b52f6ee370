package io.siskin.server.config;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a record declares, with those of the records inside it. Makes the record of
 * what was set. Immutable.
 *
 * @param <T> the record
 */
public final class SettingsTree<T extends Record> {
  private final Class<T> type;
  private final String pathPrefix;
  private final Map<String, SettingSpec> settings = new LinkedHashMap<>();
  private final Map<String, String> sections = new LinkedHashMap<>();

  private SettingsTree(Class<T> type, String pathPrefix) {
    this.type = type;
    this.pathPrefix = pathPrefix;
    collect(type, pathPrefix);
  }

  /**
   * Returns the settings of a record.
   *
   * @param type the record, whose every component has {@link Setting} or {@link Section}
   */
  public static <T extends Record> SettingsTree<T> of(Class<T> type) {
    return new SettingsTree<>(type, "");
  }

  /**
   * Returns the settings of a record that is a section of another one.
   *
   * @param type the record
   * @param section the path of the section
   */
  public static <T extends Record> SettingsTree<T> of(Class<T> type, String section) {
    return new SettingsTree<>(type, section + ".");
  }

  private void collect(Class<?> record, String prefix) {
    for (RecordComponent component : record.getRecordComponents()) {
      String path = prefix + key(component);
      Section section = component.getAnnotation(Section.class);
      Setting setting = component.getAnnotation(Setting.class);
      if (section != null) {
        sections.put(path, section.value());
        collect(component.getType(), path + ".");
      } else if (setting != null) {
        settings.put(path, SettingSpec.of(path, component, setting));
      } else {
        throw new IllegalArgumentException(path + " has neither @Setting nor @Section");
      }
    }
  }

  /** {@code portMax} is {@code port_max} in a file. */
  private static String key(RecordComponent component) {
    StringBuilder key = new StringBuilder();
    String name = component.getName();
    for (int i = 0; i < name.length(); i++) {
      char letter = name.charAt(i);
      if (Character.isUpperCase(letter)) {
        key.append('_');
      }
      key.append(Character.toLowerCase(letter));
    }
    return key.toString();
  }

  /** Returns all settings, in the order of their declaration. */
  public List<SettingSpec> settings() {
    return List.copyOf(settings.values());
  }

  /** Returns what the sections are about, by their paths, outer before inner. */
  public Map<String, String> sections() {
    return Collections.unmodifiableMap(sections);
  }

  boolean isSection(String path) {
    return sections.containsKey(path);
  }

  /**
   * Returns a setting.
   *
   * @param path its path
   * @throws InvalidInputException when there is none; it names the nearest
   */
  SettingSpec find(String path) {
    SettingSpec found = settings.get(path);
    if (found == null) {
      throw unknown(path, SettingSpec::path);
    }
    return found;
  }

  /**
   * Returns what is wrong with a name that no setting has.
   *
   * @param name the name, as it was spelt
   * @param spelling how settings are spelt there, to name the nearest
   */
  InvalidInputException unknown(String name, Function<SettingSpec, String> spelling) {
    List<String> names = settings.values().stream().map(spelling).toList();
    return new InvalidInputException(
        "setting",
        "'" + name + "', which does not exist" + NearestNames.hint(name, names),
        "a setting of docs/configuration.md");
  }

  /**
   * Makes the record.
   *
   * @param given what was set, by path; what is missing is at its default
   * @throws InvalidInputException when a value is not allowed
   */
  public T make(Map<String, GivenValue> given) {
    return type.cast(make(type, pathPrefix, given));
  }

  private Record make(Class<?> record, String prefix, Map<String, GivenValue> given) {
    RecordComponent[] components = record.getRecordComponents();
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String path = prefix + key(components[i]);
      SettingSpec setting = settings.get(path);
      values[i] =
          setting == null
              ? make(components[i].getType(), path + ".", given)
              : setting.read(given.get(path));
    }
    return construct(record, components, values);
  }

  private static Record construct(
      Class<?> record, RecordComponent[] components, @Nullable Object[] values) {
    try {
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<?> constructor = record.getDeclaredConstructor(types);
      return (Record) constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidInputException invalid) {
        throw invalid;
      }
      throw new IllegalStateException(record + " cannot be made", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(record + " cannot be made", e);
    }
  }

  /**
   * Returns the values of a record as texts, by path, without those that have none.
   *
   * @param record what {@link #make} returned
   */
  Map<String, List<String>> texts(T record) {
    Map<String, List<String>> texts = new LinkedHashMap<>();
    texts(record, pathPrefix, texts);
    return texts;
  }

  private void texts(Record record, String prefix, Map<String, List<String>> texts) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String path = prefix + key(component);
      Object value = read(record, component);
      if (value instanceof Record inner) {
        texts(inner, path + ".", texts);
      } else if (value != null) {
        texts.put(path, SettingSpec.texts(value));
      }
    }
  }

  private static @Nullable Object read(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }
}
