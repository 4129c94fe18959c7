using Agent.Wire.Protobuf;

namespace Agent.Wire.RemoteWrite;

/// <summary>A remote write request of either version, read in place: series, their samples, histograms and exemplars, and metadata.</summary>
/// <remarks>
/// <see cref="TryOpen"/> walks the whole request once, so that a bad one is refused before anything of it is forwarded; the views then need no
/// error path. They live as long as the message's bytes, and until the scratch is used for another request.
/// </remarks>
/// <example>if (WriteRequestReader.TryOpen(body, version, scratch, out var request, out error)) foreach (var series in request) …</example>
public ref struct WriteRequestReader
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly WriteVersion _version;
    private readonly WriteRequestScratch _scratch;
    private ProtobufReader _request;

    private WriteRequestReader(ReadOnlySpan<byte> message, WriteVersion version, WriteRequestScratch scratch)
    {
        _message = message;
        _version = version;
        _scratch = scratch;
        _request = new ProtobufReader(message);
    }

    public WriteSeriesView Current { get; private set; }

    /// <summary>Metadata of families; version 2 has it with the series instead.</summary>
    public readonly MetadataEnumerator Metadata => new(_version == WriteVersion.V1 ? _message : default);

    private readonly int SeriesField => _version == WriteVersion.V1 ? WriteFields.V1Series : WriteFields.V2Series;

    /// <param name="message">The request, decompressed.</param>
    public static bool TryOpen(
        ReadOnlySpan<byte> message, WriteVersion version, WriteRequestScratch scratch, out WriteRequestReader reader, out string? error)
    {
        reader = new WriteRequestReader(message, version, scratch);
        scratch.Symbols.Clear();
        if (version == WriteVersion.V2 && !new WriteSymbols(message, scratch.Symbols).TryLoad(out error))
        {
            return false;
        }
        var request = new ProtobufReader(message);
        while (request.Next())
        {
            if (request.Field == reader.SeriesField)
            {
                if (request.TryBytes(out ReadOnlySpan<byte> series) && !reader.View(series).TryValidate(out string? cause))
                {
                    request.Fail(cause!);
                }
            }
            else if (version == WriteVersion.V1 && request.Field == WriteFields.V1Metadata)
            {
                if (request.TryBytes(out ReadOnlySpan<byte> metadata) && !WriteMetadataView.TryRead(metadata, out _, out string? cause))
                {
                    request.Fail(cause!);
                }
            }
            else
            {
                request.Skip();
            }
        }
        error = request.Error;
        return error is null;
    }

    public readonly WriteRequestReader GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_request.Next())
        {
            if (_request.Field == SeriesField && _request.TryBytes(out ReadOnlySpan<byte> series))
            {
                Current = View(series);
                return true;
            }
            _request.Skip();
        }
        return false;
    }

    private readonly WriteSeriesView View(ReadOnlySpan<byte> series) =>
        new(series, _version, new WriteSymbols(_message, _scratch.Symbols), _scratch);

    /// <summary>The families in the order sent.</summary>
    public ref struct MetadataEnumerator
    {
        private ProtobufReader _request;

        internal MetadataEnumerator(ReadOnlySpan<byte> message) => _request = new ProtobufReader(message);

        public WriteMetadataView Current { get; private set; }

        public readonly MetadataEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_request.Next())
            {
                if (_request.Field == WriteFields.V1Metadata && _request.TryBytes(out ReadOnlySpan<byte> message)
                    && WriteMetadataView.TryRead(message, out WriteMetadataView metadata, out _))
                {
                    Current = metadata;
                    return true;
                }
                _request.Skip();
            }
            return false;
        }
    }
}
