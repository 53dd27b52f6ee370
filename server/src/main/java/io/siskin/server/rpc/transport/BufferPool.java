package io.siskin.server.rpc.transport;

import io.grpc.netty.shaded.io.netty.buffer.PoolArenaMetric;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocatorMetric;
import io.siskin.server.counters.BufferPoolCounts;
import java.util.List;

/**
 * The buffers of all connections of this process. It is set up as gRPC sets up its own, which
 * nobody else can reach; this one can be asked how much it has. Safe for concurrent use.
 */
public final class BufferPool {
  // As gRPC has it: chunks of 2 MiB, where Netty's default would be 4 MiB.
  private static final int MAX_ORDER = 8;

  private static final PooledByteBufAllocator ALLOCATOR =
      new PooledByteBufAllocator(
          PooledByteBufAllocator.defaultPreferDirect(),
          PooledByteBufAllocator.defaultNumHeapArena(),
          PooledByteBufAllocator.defaultNumDirectArena(),
          PooledByteBufAllocator.defaultPageSize(),
          MAX_ORDER,
          PooledByteBufAllocator.defaultSmallCacheSize(),
          PooledByteBufAllocator.defaultNormalCacheSize(),
          PooledByteBufAllocator.defaultUseCacheForAllThreads());

  private BufferPool() {}

  /** Returns what gives the buffers. */
  public static PooledByteBufAllocator allocator() {
    return ALLOCATOR;
  }

  /** Returns what the buffers take now. */
  public static BufferPoolCounts counts() {
    PooledByteBufAllocatorMetric metric = ALLOCATOR.metric();
    // What Netty calls used is what it has from the system.
    return new BufferPoolCounts(
        usedBytes(metric.directArenas()) + usedBytes(metric.heapArenas()),
        metric.usedDirectMemory() + metric.usedHeapMemory());
  }

  private static long usedBytes(List<PoolArenaMetric> arenas) {
    long bytes = 0;
    for (PoolArenaMetric arena : arenas) {
      bytes += Math.max(arena.numActiveBytes(), 0);
    }
    return bytes;
  }
}
