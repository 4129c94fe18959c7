using System.Runtime.InteropServices;
using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.RemoteWrite;

/// <summary>Gives texts numbers twice: one for as long as the table remembers them, and one within the current request.</summary>
/// <remarks>
/// A series' texts are looked up once; its list of lasting numbers is kept by reference to the series. Within a request each number is
/// mapped to a place in the request's own list the first time it is used, which copies the text there. When more series are remembered than
/// allowed, all is forgotten between two requests, and what is still alive is looked up again.
/// </remarks>
internal sealed class SymbolTable(int maxSeries) : IDisposable
{
    private readonly Dictionary<MetricSeries, (int Start, int Count)> _series = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<MetricMetadata, (int Help, int Unit)> _metadata = new(ReferenceEqualityComparer.Instance);
    private readonly List<int> _numbers = [];
    private readonly Exposition.SeriesTextMap<int> _texts = new();
    private readonly GrowableBuffer _bytes = new();
    private readonly List<Symbol> _symbols = [];
    private int _request = 1;

    /// <summary>The symbols field of the request, as bytes; the first symbol is the empty text, as receivers demand.</summary>
    public GrowableBuffer Encoded { get; } = new();

    /// <summary>Symbols in the current request.</summary>
    public int Count { get; private set; }

    /// <summary>Starts a request.</summary>
    public void Reset()
    {
        if (Math.Max(_series.Count, _metadata.Count) > maxSeries)
        {
            Forget();
        }
        _request++;
        Encoded.Clear();
        new ProtobufWriter(Encoded).WriteBytes(WriteFields.V2Symbols, default);
        Count = 1;
    }

    /// <summary>Lasting numbers of a series' names and values, in turn; valid until the next call.</summary>
    public ReadOnlySpan<int> Of(MetricSeries series)
    {
        if (!_series.TryGetValue(series, out (int Start, int Count) place))
        {
            place.Start = _numbers.Count;
            LabelBlock.Enumerator labels = LabelBlock.Read(series.ReadLabelBlock());
            while (labels.MoveNext())
            {
                _numbers.Add(Number(labels.Name));
                _numbers.Add(Number(labels.Value));
            }
            place.Count = _numbers.Count - place.Start;
            _series.Add(series, place);
        }
        return CollectionsMarshal.AsSpan(_numbers).Slice(place.Start, place.Count);
    }

    public (int Help, int Unit) Of(MetricMetadata metadata)
    {
        if (!_metadata.TryGetValue(metadata, out (int Help, int Unit) numbers))
        {
            numbers = (Number(metadata.Help), Number(metadata.Unit));
            _metadata.Add(metadata, numbers);
        }
        return numbers;
    }

    /// <summary>The place of a text in the current request that is used there only, such as a trace id: it is not remembered.</summary>
    public int PlaceOnce(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return 0;
        }
        if (_texts.TryGet(text, out int number))
        {
            return Place(number);
        }
        new ProtobufWriter(Encoded).WriteString(WriteFields.V2Symbols, text);
        return Count++;
    }

    /// <summary>The place of a lasting number in the current request.</summary>
    public int Place(int number)
    {
        ref Symbol symbol = ref CollectionsMarshal.AsSpan(_symbols)[number];
        if (symbol.Request == _request)
        {
            return symbol.Place;
        }
        if (symbol.Length == 0)
        {
            return 0;
        }
        Encoded.Write(_bytes.Written.Slice(symbol.Start, symbol.Length));
        symbol.Request = _request;
        symbol.Place = Count;
        return Count++;
    }

    public void Dispose()
    {
        Forget();
        Encoded.Release();
        _bytes.Release();
        _texts.Dispose();
    }

    private int Number(string text)
    {
        using var utf8 = new Utf8Text(text, stackalloc byte[Utf8Text.UsualLength]);
        return Number(utf8.Bytes);
    }

    private int Number(ReadOnlySpan<byte> text)
    {
        if (_texts.TryGet(text, out int number))
        {
            return number;
        }
        int start = _bytes.Length;
        if (!text.IsEmpty)
        {
            // Kept as the field that it becomes, so that using it is a copy.
            new ProtobufWriter(_bytes).WriteString(WriteFields.V2Symbols, text);
        }
        number = _symbols.Count;
        _symbols.Add(new Symbol { Start = start, Length = _bytes.Length - start });
        _texts.Set(text, number);
        return number;
    }

    private void Forget()
    {
        _series.Clear();
        _metadata.Clear();
        _numbers.Clear();
        _symbols.Clear();
        _bytes.Clear();
        _texts.Dispose();
    }

    private struct Symbol
    {
        public int Start;
        public int Length;
        public int Request;
        public int Place;
    }
}
