package io.siskin.server.rpc.transport;

import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.Status;
import io.siskin.server.counters.CallCounters;

/** Records of calls that never took place. */
public final class CallRecords {
  private CallRecords() {}

  /** Begins the record of a call with headers. */
  public static CallRecord begun(String method, CallObserver observer, String... headers) {
    Metadata metadata = new Metadata();
    for (int i = 0; i < headers.length; i += 2) {
      metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
    }
    return CallRecord.begin(method, new CallCounters(), observer, null, metadata);
  }

  /** Returns the record of a search that has ended at once. */
  public static CallRecord ended(MessageLite request, Status.Code status) {
    CallRecord record = begun("siskin.v1.SearchService/Search", CallObserver.NONE);
    record.setRequest(request);
    record.end(status);
    return record;
  }

  /** Returns the record of a search that took a time, which passes meanwhile. */
  public static CallRecord slow(MessageLite request, long nanos) {
    CallRecord record = begun("siskin.v1.SearchService/Search", CallObserver.NONE);
    record.setRequest(request);
    while (System.nanoTime() - record.startNanoTime() < nanos) {
      Thread.onSpinWait();
    }
    record.end(Status.Code.OK);
    return record;
  }
}
