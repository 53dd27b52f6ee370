package io.siskin.server.http;

import io.siskin.server.rpc.gateway.RestGateway;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that one server answers, by path. Safe for concurrent use. Built by {@link #builder}, closed
 * by its server.
 */
public final class Site implements Endpoint, AutoCloseable {
  private static final int UNAUTHORIZED = 401;

  private final BrowserRules browsers;
  private final @Nullable RestEndpoint rest;
  private final @Nullable StaticFiles console;
  private final @Nullable SlowPage metrics;
  private final Page.Door door;
  private final @Nullable SlowPage openApi;
  private final Supplier<Readiness> readiness;

  /** Whether the process wants requests. */
  public enum Readiness {
    /** Not yet. */
    STARTING,
    /** It does. */
    SERVING,
    /** No more: it ends. */
    DRAINING
  }

  private Site(Builder builder) {
    this.browsers = new BrowserRules(builder.options);
    this.rest = builder.gateway == null ? null : new RestEndpoint(builder.gateway);
    this.console =
        builder.gateway == null || !builder.options.browsers().console()
            ? null
            : StaticFiles.console();
    this.metrics = builder.metrics == null ? null : new SlowPage(builder.metrics);
    this.door = builder.door;
    this.openApi = builder.gateway == null ? null : new SlowPage(description(builder));
    this.readiness = builder.readiness;
  }

  /** Makes the description of the API when it is asked for, and keeps it. */
  private static Page.Source description(Builder builder) {
    RestGateway gateway = Objects.requireNonNull(builder.gateway, "there is an API");
    String version = builder.version;
    AtomicReference<Page> kept = new AtomicReference<>();
    return _ -> {
      Page page = kept.get();
      if (page == null) {
        page = new Page(200, Answer.JSON, gateway.openApi(version));
        kept.set(page);
      }
      return page;
    };
  }

  /**
   * Starts from a site that answers health checks only.
   *
   * @param options the server's options
   */
  public static Builder builder(HttpOptions options) {
    return new Builder(options);
  }

  /** Collects what a site has. Each method returns this builder. Used by one thread. */
  public static final class Builder {
    private final HttpOptions options;
    private @Nullable RestGateway gateway;
    private String version = "";
    private Page.@Nullable Source metrics;
    private Page.Door door = Page.Door.OPEN;
    private Supplier<Readiness> readiness = () -> Readiness.SERVING;

    private Builder(HttpOptions options) {
      this.options = options;
    }

    /**
     * Adds the REST form of the API below {@code /v1/}, its description and the console.
     *
     * @param value makes the calls
     * @param programVersion the version that the description names
     */
    public Builder rest(RestGateway value, String programVersion) {
      gateway = value;
      version = programVersion;
      return this;
    }

    /**
     * Adds {@code /metrics} for everybody.
     *
     * @param value makes the page
     */
    public Builder metrics(Page.Source value) {
      return metrics(value, Page.Door.OPEN);
    }

    /**
     * Adds {@code /metrics}.
     *
     * @param value makes the page
     * @param whoMaySee decides who may see it
     */
    public Builder metrics(Page.Source value, Page.Door whoMaySee) {
      metrics = value;
      door = whoMaySee;
      return this;
    }

    /**
     * Lets {@code /readyz} tell more than that the process lives.
     *
     * @param value asked for each request
     */
    public Builder readiness(Supplier<Readiness> value) {
      readiness = value;
      return this;
    }

    /** Makes the site. */
    public Site build() {
      return new Site(this);
    }
  }

  /** Tells whether connections should end with their next answer. */
  boolean isDraining() {
    return readiness.get() == Readiness.DRAINING;
  }

  @Override
  public Runnable answer(Request request, Consumer<Answer> reply) {
    Answer refusal = browsers.refusal(request);
    if (refusal != null) {
      reply.accept(browsers.finish(request, refusal));
      return NOTHING_TO_CANCEL;
    }
    Answer preflight = browsers.preflight(request);
    if (preflight != null) {
      reply.accept(browsers.finish(request, preflight));
      return NOTHING_TO_CANCEL;
    }
    return endpoint(request)
        .answer(request, answer -> reply.accept(browsers.finish(request, answer)));
  }

  private Endpoint endpoint(Request request) {
    String path = request.path();
    if (rest != null && path.startsWith("/v1/")) {
      return rest;
    }
    if (console != null && path.startsWith(StaticFiles.CONSOLE_PATH)) {
      return console;
    }
    return switch (path) {
      case "/healthz" -> page(Answer.text(200, "ok\n"));
      case "/readyz" -> page(readyPage());
      case "/metrics" -> metrics == null ? NO_PATH : behindDoor(request, metrics);
      case "/openapi.json" -> openApi == null ? NO_PATH : openApi;
      // Relative, so that they are right below the path of a proxy too.
      case "/", "/console" ->
          console == null ? NO_PATH : page(Answer.empty(302).with("Location", "console/"));
      default -> NO_PATH;
    };
  }

  private Endpoint behindDoor(Request request, Endpoint page) {
    Page.Refusal refusal = door.judge(request);
    if (refusal == null) {
      return page;
    }
    Answer answer = Answer.error(refusal.status(), refusal.message());
    if (refusal.status() == UNAUTHORIZED) {
      answer = answer.with("WWW-Authenticate", "Bearer");
    }
    Duration retryAfter = refusal.retryAfter();
    return page(retryAfter == null ? answer : answer.retryAfter(retryAfter));
  }

  private Answer readyPage() {
    return switch (readiness.get()) {
      case SERVING -> Answer.text(200, "ready\n");
      case STARTING -> Answer.text(503, "starting: collections are being opened\n");
      case DRAINING -> Answer.text(503, "draining: the server is about to end\n");
    };
  }

  private static final Endpoint NO_PATH =
      (request, reply) -> {
        reply.accept(
            Answer.error(404, "there is no such path; allowed: those that docs/http.md lists"));
        return NOTHING_TO_CANCEL;
      };

  private static Endpoint page(Answer answer) {
    return (request, reply) -> {
      reply.accept(request.isRead() ? answer : otherMethod(List.of("GET", "HEAD")));
      return NOTHING_TO_CANCEL;
    };
  }

  /**
   * Makes the answer for a method that a path does not have.
   *
   * @param allowed those that it has
   */
  static Answer otherMethod(List<String> allowed) {
    String methods = String.join(", ", allowed);
    return Answer.error(405, "the path does not have this method; allowed: " + methods)
        .with("Allow", methods);
  }

  @Override
  public void close() {
    if (metrics != null) {
      metrics.close();
    }
    if (openApi != null) {
      openApi.close();
    }
  }
}
