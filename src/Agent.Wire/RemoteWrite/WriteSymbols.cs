using Agent.Wire.Exposition;
using Agent.Wire.Protobuf;

namespace Agent.Wire.RemoteWrite;

/// <summary>The symbols of a version 2 request, and what refers to them.</summary>
internal readonly ref struct WriteSymbols(ReadOnlySpan<byte> request, List<(int Start, int Length)> places)
{
    private readonly ReadOnlySpan<byte> _request = request;

    /// <summary>Finds the symbols; the first must be there and empty.</summary>
    public bool TryLoad(out string? error)
    {
        places.Clear();
        var reader = new ProtobufReader(_request);
        while (reader.Next())
        {
            if (reader.Field == WriteFields.V2Symbols)
            {
                if (reader.TryBytes(out ReadOnlySpan<byte> symbol))
                {
                    _request.Overlaps(symbol, out int start);
                    places.Add((start, symbol.Length));
                }
            }
            else
            {
                reader.Skip();
            }
        }
        error = reader.Error
            ?? (places.Count > 0 && places[0].Length > 0 ? "cannot read symbols: the first one is not empty" : null);
        return error is null;
    }

    /// <summary>A symbol; empty for a number that the table does not reach.</summary>
    public ReadOnlySpan<byte> Text(ulong number)
    {
        if (number >= (ulong)places.Count)
        {
            return default;
        }
        (int start, int length) = places[(int)number];
        return length == 0 ? default : _request.Slice(start, length);
    }

    /// <summary>The number is in the table, or the default that stands for no text.</summary>
    public bool Has(ulong number) => number == 0 || number < (ulong)places.Count;

    /// <summary>Reads label references, packed or one by one; <paramref name="into"/> may be null to check only.</summary>
    public bool TryLabels(ReadOnlySpan<byte> message, int field, SeriesLabels? into, out string? error)
    {
        var reader = new ProtobufReader(message);
        ulong name = 0;
        int count = 0;
        while (reader.Next())
        {
            if (reader.Field != field)
            {
                reader.Skip();
            }
            else if (reader.Type != WireType.LengthDelimited)
            {
                if (reader.TryVarint(out ulong one))
                {
                    Take(ref reader, one, ref name, count++, into);
                }
            }
            else if (reader.TryBytes(out ReadOnlySpan<byte> packed))
            {
                for (int at = 0; at < packed.Length && reader.Error is null;)
                {
                    if (Varint.TryRead(packed, ref at, out ulong number))
                    {
                        Take(ref reader, number, ref name, count++, into);
                    }
                    else
                    {
                        reader.Fail("cannot read label references: they are cut off");
                    }
                }
            }
        }
        error = reader.Error ?? ((count & 1) == 0 ? null : "cannot read label references: their number is odd");
        return error is null;
    }

    private void Take(scoped ref ProtobufReader reader, ulong number, ref ulong name, int index, SeriesLabels? into)
    {
        if (number >= (ulong)places.Count)
        {
            reader.Fail($"cannot read label references: there is no symbol {number}");
        }
        else if ((index & 1) == 0)
        {
            name = number;
        }
        else
        {
            into?.Add(Text(name), Text(number));
        }
    }
}
