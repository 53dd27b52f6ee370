package io.siskin.client;

import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.siskin.proto.v1.SearchRequest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The one who uses the client sees neither gRPC nor generated messages, and nothing is printed. */
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.siskin.client");

  static Stream<ArchRule> rules() {
    return Stream.of(
        noClasses()
            .that()
            .resideOutsideOfPackage("..client.internal")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "io.siskin.proto..", "com.google.."),
        noClasses().should(accessField(System.class, "out").or(accessField(System.class, "err"))));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void ruleHolds(ArchRule rule) {
    rule.check(CLASSES);
  }

  @Test
  void everyRuleCanFail() {
    JavaClasses violation = new ClassFileImporter().importClasses(Violation.class);
    assertThat(rules()).allMatch(rule -> rule.evaluate(violation).hasViolation());
  }

  @Test
  void classesWereImported() {
    assertThat(CLASSES).hasSizeGreaterThan(20);
  }

  private static final class Violation {
    @SuppressWarnings("unused")
    SearchRequest print() {
      System.out.println();
      return SearchRequest.getDefaultInstance();
    }
  }
}
