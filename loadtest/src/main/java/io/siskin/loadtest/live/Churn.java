package io.siskin.loadtest.live;

import io.siskin.client.CollectionsClient;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.FieldType;
import io.siskin.client.NewCollection;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes, fills and drops collections, or replaces the collection of an alias, while other threads
 * search. A search of a collection that is there must find something, and must never fail.
 */
final class Churn {
  private static final int SEARCHERS = 2;
  private static final String FIRST = "version-0";

  private final SearchClient client;
  private final CollectionsClient collections;
  private final SiskinEngine.Rows rows;
  private final String kind;
  private final String searched;
  private final int first;
  private final int count;
  private final int documents;
  private final AtomicLong searches = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile String failure = "";
  private volatile boolean isOver;

  private Churn(SearchClient client, SiskinEngine.Rows rows, String[] words) {
    this.client = client;
    this.collections = client.collectionsClient();
    this.rows = rows;
    this.kind = words[1];
    this.searched = words[2];
    int[] numbers = Ints.of(words, 3);
    this.first = numbers[0];
    this.count = numbers[1];
    this.documents = numbers[2];
  }

  /**
   * Reads the command {@code churn drop|restore|rebuild SEARCHED FIRST COUNT DOCUMENTS}. Numbers
   * from FIRST on become parts of names. DOCUMENTS is the number of documents that a new collection
   * gets: rows from 0 on. SEARCHED is a collection with the same rows to search meanwhile; with
   * restore and rebuild it is the alias that is switched.
   *
   * @param client a client of the server
   * @param rows what is written and searched
   * @param words the command
   */
  static Churn of(SearchClient client, SiskinEngine.Rows rows, String[] words) {
    return new Churn(client, rows, words);
  }

  /**
   * Makes the first collection of an alias: the command {@code begin ALIAS DOCUMENTS}.
   *
   * @param client a client of the server
   * @param rows what is written
   * @param words the command
   */
  static Map<String, Object> begin(SearchClient client, SiskinEngine.Rows rows, String[] words)
      throws IOException {
    Churn churn = of(client, rows, new String[] {"begin", "begin", words[1], "0", "0", words[2]});
    churn.create(FIRST);
    churn.collections.flush(FIRST);
    churn.collections.setAlias(words[1], FIRST);
    return Map.of();
  }

  /** Does all of it. Returns the counts and the time in seconds. */
  Map<String, Object> run() throws IOException, InterruptedException {
    List<Thread> threads = new ArrayList<>();
    AtomicInteger number = new AtomicInteger();
    for (int i = 0; i < SEARCHERS; i++) {
      threads.add(Thread.ofPlatform().name("search-" + i).start(() -> search(number)));
    }
    long start = System.nanoTime();
    try {
      for (int i = first; i < first + count; i++) {
        switch (kind) {
          case "drop" -> createFillDrop("churn-" + i);
          case "restore" -> replaceByRestoring("version-" + i);
          case "rebuild" -> replaceByRebuilding("version-" + i);
          default -> throw new IOException(kind + "; allowed: drop, restore and rebuild");
        }
      }
    } finally {
      isOver = true;
      for (Thread thread : threads) {
        thread.join();
      }
    }
    return Map.of(
        "seconds",
        (System.nanoTime() - start) / 1e9,
        "searches",
        searches.get(),
        "failures",
        failures.get(),
        "failure",
        failure);
  }

  private void create(String name) throws IOException {
    collections.create(NewCollection.of(name).withField(SiskinEngine.GROUP, FieldType.STRING));
    List<Document> all = new ArrayList<>();
    for (int row = 0; row < documents; row++) {
      all.add(rows.document(row, row % rows.documents().rows()));
    }
    SiskinEngine.check(
        client.documents(name).withWaitFor(DocumentsClient.WaitFor.SEARCHABLE).upsert(all));
  }

  private void createFillDrop(String name) throws IOException {
    create(name);
    SearchResult found = client.search(rows.searchLike(name, 0));
    if (found.hits().isEmpty()) {
      throw new IOException(name + ": nothing is found in a collection that was filled");
    }
    // Half of them have a segment when they are dropped, the others only a log.
    if (name.hashCode() % 2 == 0) {
      collections.flush(name);
    }
    collections.drop(name);
  }

  private void replaceByRestoring(String name) {
    String old = named();
    collections.createSnapshot(old, "kept");
    collections.restore(old, "kept", name);
    collections.setAlias(searched, name);
    collections.drop(old);
  }

  private void replaceByRebuilding(String name) throws IOException {
    String old = named();
    create(name);
    collections.flush(name);
    collections.setAlias(searched, name);
    collections.drop(old);
  }

  private String named() {
    return client.collection(searched).name();
  }

  private void search(AtomicInteger number) {
    while (!isOver) {
      try {
        int row = number.getAndIncrement() % documents;
        boolean isEmpty = client.search(rows.searchLike(searched, row)).hits().isEmpty();
        searches.incrementAndGet();
        if (isEmpty) {
          failures.incrementAndGet();
          failure = "nothing was found";
        }
      } catch (SearchException failed) {
        failures.incrementAndGet();
        failure = String.valueOf(failed);
      }
    }
  }
}
