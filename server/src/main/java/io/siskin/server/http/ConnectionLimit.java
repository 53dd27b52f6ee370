package io.siskin.server.http;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** Counts the open connections of a server, and those of each address. Safe for concurrent use. */
final class ConnectionLimit {
  private final int max;
  private final int perAddressMax;
  private final Map<InetAddress, Integer> byAddress = new HashMap<>();
  private int open;
  private long refusedOverTotal;
  private long refusedOverAddress;

  /**
   * Creates a limit.
   *
   * @param max how many connections may be open
   * @param perAddressMax how many of these may be of one address
   */
  ConnectionLimit(int max, int perAddressMax) {
    this.max = max;
    this.perAddressMax = perAddressMax;
  }

  /**
   * Counts a connection that was opened.
   *
   * @param address where it comes from
   * @return whether it may stay; if not, it was not counted
   */
  synchronized boolean open(InetAddress address) {
    int ofAddress = byAddress.getOrDefault(address, 0);
    if (open >= max) {
      refusedOverTotal++;
      return false;
    }
    if (ofAddress >= perAddressMax) {
      refusedOverAddress++;
      return false;
    }
    open++;
    byAddress.put(address, ofAddress + 1);
    return true;
  }

  /**
   * Forgets a connection that was counted.
   *
   * @param address where it came from
   */
  synchronized void close(InetAddress address) {
    open--;
    byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
  }

  /** Returns how many connections are open. */
  synchronized int openCount() {
    return open;
  }

  /** Returns how many connections were refused so far, because too many were open. */
  synchronized long refusedOverTotal() {
    return refusedOverTotal;
  }

  /** Returns how many were refused so far, because too many of their address were open. */
  synchronized long refusedOverAddress() {
    return refusedOverAddress;
  }
}
