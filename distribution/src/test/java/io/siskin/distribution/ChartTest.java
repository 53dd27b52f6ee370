package io.siskin.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.siskin.index.testing.Needs;
import io.siskin.index.testing.Repository;
import io.siskin.server.app.serving.ServerParts;
import io.siskin.server.config.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, as helm renders it, fits the program and the restricted standard for pods. */
final class ChartTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Path CHART = Repository.root().resolve("deploy/helm/siskin");
  private static final int USER = 65_532;

  @TempDir private Path folder;

  @BeforeEach
  void needHelm() {
    String path = System.getenv().getOrDefault("PATH", "");
    boolean found =
        Stream.of(path.split(":")).anyMatch(each -> Files.isExecutable(Path.of(each, "helm")));
    Needs.require(found, "helm", "a program of that name on the PATH");
  }

  @Test
  void helmFindsNothingToSay() throws Exception {
    Result lint = helm("lint", "--strict", CHART.toString(), "--set", "insecure=true");
    assertThat(lint.status()).as(lint.out()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "replicas=1",
        "replicas=3,metrics.enabled=false",
        "metrics.port=9999,service.grpcPort=80,jvmOptions=-Xmx1g",
        "tls.secretName=y,keys.secretName=no,probes.kind=tcp,networkPolicy.enabled=true",
        "config.search.threads=3,config.grpc.port=1,config.data.dir=/etc"
      })
  void theServerIsToldWhatThePodHas(String settings) throws Exception {
    List<JsonNode> rendered = render("--set", settings);
    JsonNode pod = one(rendered, "StatefulSet").at("/spec/template/spec");
    JsonNode container = pod.at("/containers/0");
    ServerConfig config = config(rendered);

    assertThat(texts(container.path("args")))
        .containsExactly("serve", "--config", "/etc/siskin/siskin.yaml");
    assertThat(mounts(container)).contains("config /etc/siskin/siskin.yaml", "tmp /tmp");
    assertThat(mounts(container)).contains("data " + config.data().dir());
    assertThat(config.grpc().host()).isEqualTo("0.0.0.0");
    assertThat(port(container, "grpc")).isEqualTo(config.grpc().port());
    assertThat(port(container, "http")).isEqualTo(config.http().port());
    assertThat(config.http().host()).isEqualTo("0.0.0.0");
    if (settings.contains("metrics.enabled=false")) {
      assertThat(config.metrics().port()).isNull();
      assertThat(port(container, "metrics")).isZero();
    } else {
      assertThat(port(container, "metrics")).isEqualTo(config.metrics().port());
      assertThat(config.metrics().host()).isEqualTo("0.0.0.0");
    }
    assertProbesFit(container, settings, config);
    if (settings.contains("threads")) {
      assertThat(config.search().threads()).isEqualTo(3);
    }
    long ends = config.shutdown().drainDelayMillis() + config.shutdown().graceMillis();
    assertThat(pod.path("terminationGracePeriodSeconds").asLong() * 1000).isGreaterThan(ends);
    assertServicesFit(rendered, container);
  }

  private static void assertProbesFit(JsonNode container, String settings, ServerConfig config) {
    for (String name : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      JsonNode probe = container.path(name);
      if (settings.contains("probes.kind=tcp")) {
        assertThat(probe.at("/tcpSocket/port").asText()).as(name).isEqualTo("grpc");
      } else {
        assertThat(probe.at("/grpc/port").asInt()).as(name).isEqualTo(config.grpc().port());
      }
    }
  }

  @Test
  void httpHasAPortWhereItIsAskedFor() throws Exception {
    List<JsonNode> rendered = render("--set", "http.port=7801,probes.kind=http,tls.secretName=a");
    JsonNode container = one(rendered, "StatefulSet").at("/spec/template/spec/containers/0");
    assertThat(port(container, "http")).isEqualTo(7801);
    assertThat(config(rendered).http().port()).isEqualTo(7801);
    assertThat(config(rendered).http().host()).isEqualTo("0.0.0.0");
    JsonNode readiness = container.at("/readinessProbe/httpGet");
    assertThat(readiness.path("path").asText()).isEqualTo("/readyz");
    assertThat(readiness.path("port").asText()).isEqualTo("http");
    assertThat(readiness.path("scheme").asText()).isEqualTo("HTTPS");
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/healthz");
    assertServicesFit(rendered, container);
  }

  @Test
  void withoutKeysOrTlsTheChartIsRefused() throws Exception {
    for (String settings : List.of("replicas=1", "tls.secretName=a", "keys.secretName=a")) {
      Result result = helm("template", "t", CHART.toString(), "--set", settings);
      assertThat(result.status()).as(settings).isNotZero();
      assertThat(result.out()).contains("insecure=true where something else protects the network");
    }
    Result safe =
        helm("template", "t", CHART.toString(), "--set", "tls.secretName=a,keys.secretName=b");
    assertThat(safe.status()).as(safe.out()).isZero();
    assertThat(safe.out())
        .contains("certificate: /etc/siskin/tls/tls.crt", "keys_file: /etc/siskin/keys/keys.json")
        .doesNotContain("insecure: true");
  }

  @Test
  void httpCanBeLeftOut() throws Exception {
    List<JsonNode> rendered = render("--set", "http.enabled=false");
    JsonNode container = one(rendered, "StatefulSet").at("/spec/template/spec/containers/0");
    assertThat(port(container, "http")).isZero();
    assertThat(config(rendered).http().port()).isEqualTo(-1);
    assertServicesFit(rendered, container);
    Result refused =
        helm(
            "template",
            "t",
            CHART.toString(),
            "--set",
            "insecure=true,probes.kind=http,http.enabled=false");
    assertThat(refused.status()).isNotZero();
    assertThat(refused.out()).contains("allowed: with http.enabled=true");
  }

  /** Returns the settings of the rendered file, as the server reads and checks them. */
  private ServerConfig config(List<JsonNode> rendered) throws IOException {
    String text = one(rendered, "ConfigMap").at("/data/siskin.yaml").asText();
    ServerConfig config = DeploymentTest.read(Files.writeString(folder.resolve("c.yaml"), text));
    if (!text.contains("/etc/siskin/")) {
      // Where secrets are mounted, their files are not here.
      ServerParts.check(config);
    }
    return config;
  }

  private static void assertServicesFit(List<JsonNode> rendered, JsonNode container) {
    List<JsonNode> services = all(rendered, "Service");
    assertThat(services).hasSize(2);
    for (JsonNode service : services) {
      JsonNode labels = one(rendered, "StatefulSet").at("/spec/template/metadata/labels");
      service
          .at("/spec/selector")
          .properties()
          .forEach(label -> assertThat(labels.get(label.getKey())).isEqualTo(label.getValue()));
      for (JsonNode port : service.at("/spec/ports")) {
        String target = port.path("targetPort").asText();
        assertThat(port(container, target)).as(target).isPositive();
      }
    }
  }

  /** What Kubernetes' restricted standard for pods asks, written out. */
  @ParameterizedTest
  @ValueSource(strings = {"replicas=1", "tls.secretName=a,keys.secretName=b"})
  void thePodPassesTheRestrictedStandard(String settings) throws Exception {
    JsonNode pod = one(render("--set", settings), "StatefulSet").at("/spec/template/spec");
    for (String absent : List.of("hostNetwork", "hostPID", "hostIPC", "initContainers")) {
      assertThat(pod.has(absent)).as(absent).isFalse();
    }
    assertThat(pod.at("/automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(pod.at("/securityContext/fsGroup").asInt()).isEqualTo(USER);
    assertThat(pod.path("containers")).hasSize(1);
    JsonNode container = pod.at("/containers/0");
    JsonNode context = container.path("securityContext");
    assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(context.path("privileged").asBoolean(true)).isFalse();
    assertThat(context.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(context.path("runAsNonRoot").asBoolean()).isTrue();
    assertThat(context.path("runAsUser").asInt()).isEqualTo(USER);
    assertThat(texts(context.at("/capabilities/drop"))).containsExactly("ALL");
    assertThat(context.at("/capabilities/add").isMissingNode()).isTrue();
    for (JsonNode port : container.path("ports")) {
      assertThat(port.has("hostPort")).isFalse();
    }
    for (JsonNode volume : pod.path("volumes")) {
      assertThat(volume.has("configMap") || volume.has("secret") || volume.has("emptyDir"))
          .as(volume.toString())
          .isTrue();
    }
    assertThat(Files.readString(Repository.root().resolve("deploy/container/Dockerfile")))
        .contains("\nUSER " + USER + ":" + USER + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "replicas=-1",
        "service.grpcPort=70000",
        "metrics.prot=1",
        "probes.kind=exec",
        "persistence.size=big"
      })
  void wrongValuesAreRefused(String settings) throws Exception {
    Result result = helm("template", "t", CHART.toString(), "--set", settings);
    assertThat(result.status()).isNotZero();
    assertThat(result.out()).contains(settings.split("[.=]")[0]);
  }

  private record Result(int status, String out) {}

  private Result helm(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("helm"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--kube-version", "1.33.0"));
    Process helm =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String out = new String(helm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(helm.waitFor(), out);
  }

  private List<JsonNode> render(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("template", "t", CHART.toString()));
    all.addAll(List.of("--set", "insecure=true"));
    all.addAll(List.of(arguments));
    Result result = helm(all.toArray(String[]::new));
    assertThat(result.status()).as(result.out()).isZero();
    List<JsonNode> documents = new ArrayList<>();
    YAML.readerFor(JsonNode.class)
        .<JsonNode>readValues(result.out())
        .forEachRemaining(documents::add);
    return documents;
  }

  private static List<JsonNode> all(List<JsonNode> documents, String kind) {
    return documents.stream()
        .filter(document -> document.path("kind").asText().equals(kind))
        .toList();
  }

  private static JsonNode one(List<JsonNode> documents, String kind) {
    List<JsonNode> found = all(documents, kind);
    assertThat(found).as(kind).hasSize(1);
    return found.getFirst();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private static List<String> mounts(JsonNode container) {
    List<String> mounts = new ArrayList<>();
    container
        .path("volumeMounts")
        .forEach(
            each -> mounts.add(each.path("name").asText() + " " + each.path("mountPath").asText()));
    return mounts;
  }

  /** Returns the number of a port by its name; 0 for none. */
  private static int port(JsonNode container, String name) {
    for (JsonNode port : container.path("ports")) {
      if (port.path("name").asText().equals(name)) {
        return port.path("containerPort").asInt();
      }
    }
    return 0;
  }
}
