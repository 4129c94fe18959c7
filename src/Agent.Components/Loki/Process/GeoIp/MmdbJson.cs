using System.Text;
using Agent.Components.Common.JmesPath;

namespace Agent.Components.Loki.Process.GeoIp;

/// <summary>A record of a MaxMind database as a document for JMESPath.</summary>
internal static class MmdbJson
{
    private const int MaxDepth = 64;

    /// <summary>Null where the record cannot be read.</summary>
    public static JmesValue Read(ref MmdbReader reader, int at) => Read(ref reader, ref at, 0);

    // Steps over the value.
    private static JmesValue Read(ref MmdbReader reader, ref int at, int depth)
    {
        if (depth > MaxDepth || !reader.TryOpen(at, out MmdbReader.Head head))
        {
            at = reader.Fail();
            return JmesValue.Null;
        }
        if (head.Kind is not (MmdbKind.Map or MmdbKind.Array))
        {
            at = reader.EndOf(head);
            return Scalar(ref reader, head);
        }
        int position = head.Payload;
        JmesValue value = head.Kind == MmdbKind.Map ? Map(ref reader, ref position, head.Size, depth) : Array(ref reader, ref position, head.Size, depth);
        at = head.AfterPointer != 0 ? head.AfterPointer : position;
        return value;
    }

    private static JmesValue Map(ref MmdbReader reader, ref int at, int size, int depth)
    {
        SortedDictionary<string, JmesValue> fields = JmesValue.NewObject();
        for (int i = 0; i < size && !reader.IsCorrupt; i++)
        {
            if (!reader.TryOpen(at, out MmdbReader.Head key))
            {
                break;
            }
            string name = Encoding.UTF8.GetString(reader.ReadText(key).Span);
            at = reader.EndOf(key);
            fields[name] = Read(ref reader, ref at, depth + 1);
        }
        return JmesValue.Of(fields);
    }

    private static JmesValue Array(ref MmdbReader reader, ref int at, int size, int depth)
    {
        var items = new List<JmesValue>();
        for (int i = 0; i < size && !reader.IsCorrupt; i++)
        {
            items.Add(Read(ref reader, ref at, depth + 1));
        }
        return JmesValue.Of(items);
    }

    private static JmesValue Scalar(ref MmdbReader reader, MmdbReader.Head head)
    {
        if (head.Kind == MmdbKind.Text)
        {
            return JmesValue.Of(Encoding.UTF8.GetString(reader.ReadText(head).Span));
        }
        if (head.Kind == MmdbKind.Bool)
        {
            return JmesValue.Of(head.Size != 0);
        }
        return reader.TryNumber(head, out double number) ? JmesValue.Of(number) : JmesValue.Null;
    }
}
