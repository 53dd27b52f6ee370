package io.siskin.server.rpc;

import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.retrieve.TextEncoders;
import io.siskin.server.write.CollectionChanges;
import io.siskin.server.write.CollectionWrites;

/**
 * What the services of a server speak for. None of it is owned by the server.
 *
 * @param searches searches and describes collections
 * @param documents reads documents
 * @param writes writes documents
 * @param changes makes, removes and keeps collections
 * @param encoders encodes texts
 */
public record Backends(
    Retriever searches,
    DocumentReads documents,
    CollectionWrites writes,
    CollectionChanges changes,
    TextEncoders encoders) {}
