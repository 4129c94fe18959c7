using System.Text;

namespace Agent.Components.Loki.SourceFile;

/// <summary>How files are read: the part of the arguments that a tail needs.</summary>
internal sealed record TailOptions
{
    public Encoding? Encoding { get; init; }

    /// <summary>Null for files that are read as they are.</summary>
    public CompressionFormat? Compression { get; init; }

    public TimeSpan InitialDelay { get; init; }

    public bool TailFromEnd { get; init; }

    public PositionsFileError OnPositionsFileError { get; init; }

    /// <summary>How often a file is looked at where the system does not report changes: at first, and at most after a while of silence.</summary>
    public TimeSpan ShortestPoll { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan LongestPoll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Files born before this were there when the target came up: <c>tail_from_end</c> is about those.</summary>
    public DateTimeOffset Since { get; init; }

    public static TailOptions From(LokiSourceFile.Arguments arguments, DateTimeOffset since)
    {
        FileEncodings.TryGet(arguments.Encoding, out Encoding? encoding);
        LokiSourceFile.DecompressionArguments? decompression = arguments.Decompression is { Enabled: true } enabled ? enabled : null;
        LokiSourceFile.FileWatchArguments watch = arguments.FileWatch;
        return new TailOptions
        {
            Encoding = encoding,
            Compression = decompression?.Format,
            InitialDelay = decompression?.InitialDelay ?? default,
            TailFromEnd = arguments.TailFromEnd,
            OnPositionsFileError = arguments.OnPositionsFileError,
            ShortestPoll = watch.MinPollFrequency < watch.MaxPollFrequency ? watch.MinPollFrequency : watch.MaxPollFrequency,
            LongestPoll = watch.MaxPollFrequency,
            Since = since,
        };
    }

    /// <summary>True where a file that is open cannot go on as it is.</summary>
    public bool ReadsOtherwiseThan(TailOptions other) => Compression != other.Compression || !Equals(Encoding, other.Encoding);
}
