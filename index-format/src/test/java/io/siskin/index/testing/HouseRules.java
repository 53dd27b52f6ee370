package io.siskin.index.testing;

import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callConstructor;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** Rules that hold in more than one module, and methods that their tests need. */
public final class HouseRules {
  private HouseRules() {}

  /** Returns the main classes below a package, without tests. */
  public static JavaClasses mainClasses(String root) {
    return new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importPackages(root);
  }

  /** Returns the rule that only some packages may depend on some others. */
  public static ArchRule onlyIn(String[] homes, String... packages) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(homes)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages)
        .allowEmptyShould(true);
  }

  /** Returns the rule that nothing depends on some packages. */
  public static ArchRule nowhere(String... packages) {
    return noClasses().should().dependOnClassesThat().resideInAnyPackage(packages);
  }

  /** Returns the rule that only some packages may write to the console. */
  public static ArchRule consoleOnlyIn(String... homes) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(homes)
        .should(accessField(System.class, "out").or(accessField(System.class, "err")))
        .allowEmptyShould(true);
  }

  /** Returns the rule that random numbers have a seed, so that a run can be repeated. */
  public static ArchRule seededChance() {
    ArchCondition<JavaClass> unseeded =
        callConstructor(Random.class)
            .or(callConstructor(SplittableRandom.class))
            .or(callMethod(Math.class, "random"))
            .or(callMethod(RandomGenerator.class, "getDefault"))
            .or(callMethod(java.util.Collections.class, "shuffle", java.util.List.class));
    return noClasses().should(unseeded).because("a seed replays what went wrong");
  }

  /** Returns the rule that no result depends on the machine's character set. */
  public static ArchRule explicitCharset() {
    ArchCondition<JavaClass> implied =
        callMethod(Charset.class, "defaultCharset")
            .or(callMethod(String.class, "getBytes"))
            .or(callConstructor(String.class, byte[].class))
            .or(callConstructor(InputStreamReader.class, InputStream.class))
            .or(callConstructor(OutputStreamWriter.class, OutputStream.class))
            .or(callConstructor(PrintStream.class, OutputStream.class))
            .or(callConstructor(FileReader.class, String.class))
            .or(callConstructor(FileWriter.class, String.class));
    return noClasses().should(implied).because("files and messages are UTF-8 everywhere");
  }

  /** Returns the rule that no result depends on the machine's language. */
  public static ArchRule explicitLocale() {
    ArchCondition<JavaClass> implied =
        callMethod(String.class, "toLowerCase")
            .or(callMethod(String.class, "toUpperCase"))
            .or(callMethod(String.class, "format", String.class, Object[].class))
            .or(callMethod(String.class, "formatted", Object[].class))
            .or(callMethod(PrintStream.class, "printf", String.class, Object[].class));
    return noClasses().should(implied).because("a number is written 1.5 in every country");
  }

  /**
   * Returns the rule that files and folders get their permissions from the umask, outside some
   * packages, which make files without a name.
   */
  public static ArchRule permissionsByUmask(String... homes) {
    ArchCondition<JavaClass> fixed =
        callMethod(
                Files.class, "createTempDirectory", Path.class, String.class, FileAttribute[].class)
            .or(callMethod(Files.class, "createTempDirectory", String.class, FileAttribute[].class))
            .or(
                callMethod(
                    Files.class,
                    "createTempFile",
                    Path.class,
                    String.class,
                    String.class,
                    FileAttribute[].class))
            .or(
                callMethod(
                    Files.class,
                    "createTempFile",
                    String.class,
                    String.class,
                    FileAttribute[].class))
            .or(callMethod(Files.class, "copy", Path.class, Path.class, CopyOption[].class));
    return noClasses()
        .that()
        .resideOutsideOfPackages(homes)
        .should(fixed)
        .allowEmptyShould(true)
        .because("another user may serve what one has indexed: see Publication");
  }

  /** Returns the dependencies between packages below a root, by names relative to it. */
  public static Map<String, Set<String>> packageDependencies(JavaClasses classes, String root) {
    Map<String, Set<String>> dependencies = new TreeMap<>();
    for (JavaClass from : classes) {
      Set<String> targets =
          dependencies.computeIfAbsent(relative(from, root), name -> new TreeSet<>());
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith(root)
            && !target.getPackageName().equals(from.getPackageName())) {
          targets.add(relative(target, root));
        }
      }
    }
    return dependencies;
  }

  private static String relative(JavaClass type, String root) {
    String name = type.getPackageName();
    return name.equals(root) ? "" : name.substring(root.length() + 1);
  }
}
