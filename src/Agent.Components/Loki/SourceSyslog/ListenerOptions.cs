using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>What a listener is spoken to by.</summary>
public enum SyslogProtocol
{
    Tcp,
    Tcp4,
    Tcp6,
    Udp,
    Udp4,
    Udp6,
}

/// <summary>How messages are written.</summary>
public enum SyslogFormat
{
    Rfc5424,
    Rfc3164,
    Raw,
}

/// <summary>One place where syslog messages are received.</summary>
public sealed record ListenerOptions : IValidated
{
    internal const int DefaultMaxMessageLength = 8192;
    internal const int DefaultUdpQueueSize = 10;
    internal const int DefaultUdpHostCacheSize = 128;
    private static readonly TimeSpan DefaultIdleTimeout = TimeSpan.FromSeconds(120);

    /// <summary>Timers reach no further than some 49 days.</summary>
    private static readonly TimeSpan LongestIdleTimeout = TimeSpan.FromDays(49);

    /// <summary>Address to listen on, as host:port; all addresses where the host is left out.</summary>
    public required string Address { get; init; }

    /// <summary>Protocol to listen for: tcp or udp; a 4 or 6 behind it keeps to that version of IP.</summary>
    public SyslogProtocol Protocol { get; init; } = SyslogProtocol.Tcp;

    /// <summary>Longest time a TCP connection may stay silent; 0 means the default.</summary>
    public TimeSpan IdleTimeout { get; init; } = DefaultIdleTimeout;

    /// <summary>Whether structured data becomes labels, named `__syslog_message_sd_ID_KEY`.</summary>
    public bool LabelStructuredData { get; init; }

    /// <summary>Labels that all entries of this listener get.</summary>
    public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

    /// <summary>Whether entries keep the timestamp of their message; else they get the time of arrival.</summary>
    public bool UseIncomingTimestamp { get; init; }

    /// <summary>Whether the entry is the whole RFC 5424 message and not its message part alone.</summary>
    public bool UseRfc5424Message { get; init; }

    /// <summary>Whether timestamps of RFC 3164, which have no year, get the current one; else their year is 0.</summary>
    public bool Rfc3164DefaultToCurrentYear { get; init; }

    /// <summary>Whether RFC 5424 messages with an empty message part are forwarded.</summary>
    public bool Rfc5424AllowEmptyMsg { get; init; }

    /// <summary>Longest message, in bytes; 0 means the default.</summary>
    public int MaxMessageLength { get; init; } = DefaultMaxMessageLength;

    /// <summary>How messages are written: rfc5424, rfc3164 or raw, which takes lines as they are.</summary>
    public SyslogFormat SyslogFormat { get; init; } = SyslogFormat.Rfc5424;

    /// <summary>Most datagrams that are held at once; more wait in the system's buffer. 0 means the default.</summary>
    public int UdpQueueSize { get; init; } = DefaultUdpQueueSize;

    /// <summary>Senders of datagrams whose host name is remembered; 0 means the default.</summary>
    public int UdpHostCacheSize { get; init; } = DefaultUdpHostCacheSize;

    /// <summary>Serves TCP over TLS; with authorities, clients must show a certificate of theirs.</summary>
    [Block] public TlsClientOptions? TlsConfig { get; init; }

    /// <summary>Settings of the raw format.</summary>
    [Block] public RawFormatOptions? RawFormatOptions { get; init; }

    /// <summary>Reads what Cisco's IOS adds to RFC 3164.</summary>
    [Block(Name = "rfc3164_cisco_components")] public CiscoComponents? CiscoComponents { get; init; }

    internal bool IsUdp => Protocol >= SyslogProtocol.Udp;

    internal int MaxMessage => MaxMessageLength > 0 ? MaxMessageLength : DefaultMaxMessageLength;

    internal TimeSpan Idle => IdleTimeout <= TimeSpan.Zero ? DefaultIdleTimeout : IdleTimeout < LongestIdleTimeout ? IdleTimeout : LongestIdleTimeout;

    internal int DatagramsAtOnce => UdpQueueSize > 0 ? UdpQueueSize : DefaultUdpQueueSize;

    internal int HostCache => UdpHostCacheSize > 0 ? UdpHostCacheSize : DefaultUdpHostCacheSize;

    internal byte Delimiter => RawFormatOptions is { UseNullTerminatorDelimiter: true } ? (byte)0 : (byte)'\n';

    public void Validate(ValidationContext context)
    {
        if (!ListenAddress.TryParse(Address, out _))
        {
            context.Error("address", $"cannot listen on \"{Address}\": it is no host:port", "write a host and a port, such as \"0.0.0.0:514\"");
        }
        NotNegative(context, MaxMessageLength, "max_message_length");
        NotNegative(context, UdpQueueSize, "udp_queue_size");
        NotNegative(context, UdpHostCacheSize, "udp_host_cache_size");
        NotNegative(context, IdleTimeout.Ticks, "idle_timeout");
        if (IsUdp && TlsConfig is not null)
        {
            context.Warn("tls_config", "tls_config is not used: the protocol is udp");
        }
        ValidateFormat(context);
    }

    private void ValidateFormat(ValidationContext context)
    {
        string format = SyslogFormat.ToString().ToLowerInvariant();
        void NoEffect(bool isSet, string name)
        {
            if (isSet)
            {
                context.Error(name, $"cannot use {name}: it has no effect when syslog_format is \"{format}\"");
            }
        }
        bool isRaw = SyslogFormat == SyslogFormat.Raw;
        NoEffect(CiscoComponents is not null && SyslogFormat != SyslogFormat.Rfc3164, "rfc3164_cisco_components");
        NoEffect(Rfc5424AllowEmptyMsg && SyslogFormat != SyslogFormat.Rfc5424, "rfc5424_allow_empty_msg");
        NoEffect(isRaw && UseRfc5424Message, "use_rfc5424_message");
        NoEffect(isRaw && Rfc3164DefaultToCurrentYear, "rfc3164_default_to_current_year");
        NoEffect(isRaw && UseIncomingTimestamp, "use_incoming_timestamp");
        NoEffect(!isRaw && RawFormatOptions is not null, "raw_format_options");
        if (SyslogFormat == SyslogFormat.Rfc3164 && UseIncomingTimestamp && !Rfc3164DefaultToCurrentYear)
        {
            context.Warn(
                "use_incoming_timestamp", "timestamps of rfc3164 have no year: entries get one that Loki usually refuses as too old",
                "set rfc3164_default_to_current_year");
        }
    }

    private static void NotNegative(ValidationContext context, long value, string name)
    {
        if (value < 0)
        {
            context.Error(name, $"cannot use {name}: it is negative");
        }
    }
}

/// <summary>Settings of the raw format.</summary>
public sealed record RawFormatOptions
{
    /// <summary>Splits lines at the null character and not at the line break.</summary>
    public bool UseNullTerminatorDelimiter { get; init; }
}

/// <summary>What Cisco's IOS adds to RFC 3164; has to match the configuration of the devices.</summary>
public sealed record CiscoComponents : IValidated
{
    /// <summary>Reads all of the following.</summary>
    public bool EnableAll { get; init; }

    /// <summary>Reads the count of messages that were sent to this receiver.</summary>
    public bool MessageCounter { get; init; }

    /// <summary>Reads the device's own count of messages.</summary>
    public bool SequenceNumber { get; init; }

    /// <summary>Reads the device's name in front of the timestamp.</summary>
    public bool Hostname { get; init; }

    /// <summary>Reads fractions of a second.</summary>
    public bool SecondFractions { get; init; }

    internal bool HasCounter => EnableAll || MessageCounter;

    internal bool HasSequence => EnableAll || SequenceNumber;

    internal bool HasHostname => EnableAll || Hostname;

    internal bool HasFractions => EnableAll || SecondFractions;

    public void Validate(ValidationContext context)
    {
        if (!(HasCounter || HasSequence || HasHostname || HasFractions))
        {
            context.Error("cannot use rfc3164_cisco_components: at least one option has to be enabled");
        }
    }
}
