package io.siskin.loadtest.load;

import io.grpc.Status;

/** Is told how one call ended. */
interface CallEnd {
  /**
   * The call has ended; called once or more, and the first time counts.
   *
   * @param code its status
   * @param nanosInServer how long the server says that it took; 0 when it does not say
   */
  void ended(Status.Code code, long nanosInServer);
}
