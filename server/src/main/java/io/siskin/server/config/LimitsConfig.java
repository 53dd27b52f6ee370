package io.siskin.server.config;

/** What one caller may ask for, and how many connections there may be. */
public record LimitsConfig(
    @Setting(
            doc =
                "How many requests a second one caller may send; 0 for no limit. A caller is a key,"
                    + " or an address where there are no keys. Further requests are refused with"
                    + " RESOURCE_EXHAUSTED and the time after which one is taken.",
            min = 0,
            max = 1_000_000,
            defaultValue = "0")
        int requestsPerSecond,
    @Setting(
            doc = "How many requests of one caller may come at once after a pause.",
            min = 1,
            max = 1_000_000,
            defaultValue = "100")
        int requestBurst,
    @Setting(
            doc =
                "How many documents a second one caller may write, change or delete by id; 0 for no"
                    + " limit.",
            min = 0,
            max = 1_000_000_000,
            defaultValue = "0")
        int documentsPerSecond,
    @Setting(
            doc = "How many documents of one caller may come at once after a pause.",
            min = 1,
            max = 1_000_000_000,
            defaultValue = "10000")
        int documentBurst,
    @Setting(
            doc = "How many connections may be open. One more is closed at once.",
            min = 1,
            max = 1_000_000,
            defaultValue = "4096")
        int connectionsMax,
    @Setting(
            doc = "How many of them may come from one address, or from one network (/64) of IPv6.",
            min = 1,
            max = 1_000_000,
            defaultValue = "1024")
        int connectionsPerAddressMax,
    @Setting(
            doc = "How long a connection may take to begin: TLS, and the first bytes of HTTP/2.",
            unit = "ms",
            min = 100,
            max = 600_000,
            defaultValue = "10000")
        long handshakeMillisMax,
    @Setting(
            doc =
                "After how long without a call a connection is closed; 0 for never. Clients connect"
                    + " again by themselves.",
            unit = "ms",
            min = 0,
            max = 2_592_000_000L,
            defaultValue = "3600000")
        long idleMillisMax,
    @Setting(
            doc =
                "With how many bytes of answers that its client has not read a connection gets no"
                    + " further answer.",
            unit = "bytes",
            min = 65_536,
            max = 17_179_869_184L,
            defaultValue = "16777216")
        long unreadBytesMax,
    @Setting(
            doc =
                "With how many such bytes of all connections those that have some get no further"
                    + " answer.",
            unit = "bytes",
            min = 65_536,
            max = 1_099_511_627_776L,
            defaultValue = "268435456")
        long unreadBytesTotalMax) {}
