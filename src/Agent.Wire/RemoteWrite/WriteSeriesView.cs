using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;
using Agent.Wire.Protobuf;

namespace Agent.Wire.RemoteWrite;

/// <summary>One series of a request that <see cref="WriteRequestReader.TryOpen"/> has checked.</summary>
public readonly ref struct WriteSeriesView
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly WriteVersion _version;
    private readonly WriteSymbols _symbols;
    private readonly WriteRequestScratch _scratch;

    internal WriteSeriesView(ReadOnlySpan<byte> message, WriteVersion version, WriteSymbols symbols, WriteRequestScratch scratch)
    {
        _message = message;
        _version = version;
        _symbols = symbols;
        _scratch = scratch;
    }

    /// <summary>Samples in the order sent.</summary>
    public SampleEnumerator Samples => new(_message);

    private int HistogramField => _version == WriteVersion.V1 ? WriteFields.V1Histograms : WriteFields.V2Histograms;

    private int ExemplarField => _version == WriteVersion.V1 ? WriteFields.V1Exemplars : WriteFields.V2Exemplars;

    /// <summary>Replaces the content by the series' labels, in order of their names. Texts are as sent: they may be broken UTF-8.</summary>
    public void ReadLabels(SeriesLabels labels)
    {
        TryLabels(_message, labels, out _);
        labels.Sort();
    }

    /// <summary>Fills the buffer with the next histogram; false where there is none.</summary>
    /// <param name="position">Where to look: 0 at first, then what the call before left there.</param>
    /// <param name="histogram">Gets the content.</param>
    /// <param name="times">When it was taken.</param>
    public bool TryReadHistogram(ref int position, HistogramBuffer histogram, out HistogramTimes times)
    {
        times = default;
        return TryFind(HistogramField, ref position, out ReadOnlySpan<byte> message) && HistogramReader.TryRead(message, histogram, out times, out _);
    }

    /// <summary>Fills the buffer with the next exemplar; false where there is none.</summary>
    /// <param name="position">Where to look: 0 at first, then what the call before left there.</param>
    /// <param name="exemplar">Gets the content.</param>
    public bool TryReadExemplar(ref int position, ExemplarBuffer exemplar) =>
        TryFind(ExemplarField, ref position, out ReadOnlySpan<byte> message) && TryExemplar(message, exemplar, out _);

    /// <summary>Version 2: what is said of the series' metric; false where nothing is.</summary>
    public bool TryReadMetadata(out WriteMetadataView metadata)
    {
        metadata = default;
        int position = 0;
        if (_version == WriteVersion.V1 || !TryFind(WriteFields.V2Metadata, ref position, out ReadOnlySpan<byte> message))
        {
            return false;
        }
        // Prometheus sends the message always, empty where it knows nothing.
        return TryMetadata(message, out metadata, out _)
            && (metadata.Type != MetricType.Unknown || !metadata.Help.IsEmpty || !metadata.Unit.IsEmpty);
    }

    internal bool TryValidate(out string? error)
    {
        if (!TryLabels(_message, null, out error))
        {
            return false;
        }
        var reader = new ProtobufReader(_message);
        while (reader.Next())
        {
            string? cause = null;
            if (reader.Field == WriteFields.V1Samples)
            {
                _ = reader.TryBytes(out ReadOnlySpan<byte> sample) && WriteSample.TryRead(sample, out _, out cause);
            }
            else if (reader.Field == HistogramField)
            {
                _ = reader.TryBytes(out ReadOnlySpan<byte> histogram) && HistogramReader.TryRead(histogram, _scratch.Histogram, out _, out cause);
            }
            else if (reader.Field == ExemplarField)
            {
                _ = reader.TryBytes(out ReadOnlySpan<byte> exemplar) && TryExemplar(exemplar, null, out cause);
            }
            else if (_version == WriteVersion.V2 && reader.Field == WriteFields.V2Metadata)
            {
                _ = reader.TryBytes(out ReadOnlySpan<byte> metadata) && TryMetadata(metadata, out _, out cause);
            }
            else
            {
                reader.Skip();
            }
            if (cause is not null)
            {
                reader.Fail(cause);
            }
        }
        error = reader.Error;
        return error is null;
    }

    private bool TryFind(int field, scoped ref int position, out ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(_message[position..]);
        while (reader.Next())
        {
            if (reader.Field == field && reader.TryBytes(out message))
            {
                position += reader.Position;
                return true;
            }
            reader.Skip();
        }
        position = _message.Length;
        message = default;
        return false;
    }

    /// <summary>Labels of a series or an exemplar: the field is number 1 in all four messages.</summary>
    private bool TryLabels(ReadOnlySpan<byte> message, SeriesLabels? into, out string? error)
    {
        into?.Clear();
        if (_version == WriteVersion.V2)
        {
            return _symbols.TryLabels(message, WriteFields.V2LabelRefs, into, out error);
        }
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field != WriteFields.V1Labels)
            {
                reader.Skip();
            }
            else if (reader.TryBytes(out ReadOnlySpan<byte> pair))
            {
                if (ProtobufExposition.TryPair(pair, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
                {
                    into?.Add(name, value);
                }
                else
                {
                    reader.Fail("cannot read a label: it is damaged");
                }
            }
        }
        error = reader.Error;
        return error is null;
    }

    private bool TryExemplar(ReadOnlySpan<byte> message, ExemplarBuffer? into, out string? error)
    {
        if (!TryLabels(message, into?.Labels, out error))
        {
            return false;
        }
        var reader = new ProtobufReader(message);
        double value = 0;
        ulong timestamp = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case WriteFields.ExemplarValue:
                    reader.TryDouble(out value);
                    break;
                case WriteFields.ExemplarTimestamp:
                    reader.TryVarint(out timestamp);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        if (into is not null)
        {
            into.Value = value;
            into.Timestamp = (long)timestamp;
            into.HasTimestamp = timestamp != 0;
        }
        error = reader.Error;
        return error is null;
    }

    private bool TryMetadata(ReadOnlySpan<byte> message, out WriteMetadataView metadata, out string? error)
    {
        var reader = new ProtobufReader(message);
        ulong type = 0;
        ulong help = 0;
        ulong unit = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case WriteFields.V2MetadataType:
                    reader.TryVarint(out type);
                    break;
                case WriteFields.V2MetadataHelp:
                    reader.TryVarint(out help);
                    break;
                case WriteFields.V2MetadataUnit:
                    reader.TryVarint(out unit);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        error = reader.Error
            ?? (_symbols.Has(help) && _symbols.Has(unit) ? null : "cannot read metadata: it refers to a symbol that does not exist");
        metadata = new WriteMetadataView { Type = WriteMetadataView.TypeOf(type), Help = _symbols.Text(help), Unit = _symbols.Text(unit) };
        return error is null;
    }

    /// <summary>The samples of one series.</summary>
    public ref struct SampleEnumerator
    {
        private ProtobufReader _series;

        internal SampleEnumerator(ReadOnlySpan<byte> message) => _series = new ProtobufReader(message);

        public WriteSample Current { get; private set; }

        public readonly SampleEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_series.Next())
            {
                // The same number in both versions.
                if (_series.Field == WriteFields.V1Samples && _series.TryBytes(out ReadOnlySpan<byte> message)
                    && WriteSample.TryRead(message, out WriteSample sample, out _))
                {
                    Current = sample;
                    return true;
                }
                _series.Skip();
            }
            return false;
        }
    }
}
