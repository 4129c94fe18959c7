using System.Text;
using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Counts what was cut, and notes it in the extracted value <c>truncated</c>.</summary>
internal sealed class TruncatedFields(MetricScope metrics)
{
    public const string ValueName = "truncated";

    // Sorted: that is how they are listed.
    private static readonly string[] Names = ["extracted", "label", "line", "structured_metadata"];
    private static readonly byte[][] Lists = [.. Enumerable.Range(0, 1 << Names.Length)
        .Select(static fields => Encoding.UTF8.GetBytes(string.Join(',', Names.Where(name => (fields >> Array.IndexOf(Names, name) & 1) != 0))))];

    private readonly Counter?[] _counters = new Counter?[Names.Length];

    public static int Of(ValueSource source) => source switch
    {
        ValueSource.Extracted => 0,
        ValueSource.Label => 1,
        ValueSource.Line => 2,
        _ => 3,
    };

    /// <summary>The series of a field appears with the first value that was cut.</summary>
    public void Count(int field)
    {
        _counters[field] ??= metrics.Counter(
            "loki_process_truncated_fields_total",
            "A count of all log lines, labels, extracted values, or structured_metadata truncated as a result of a pipeline stage",
            ("field", Names[field]));
        _counters[field]!.Increment();
    }

    /// <summary>Adds fields, one bit each, to those that the value lists already.</summary>
    public static void Note(LogRecord record, int slot, int fields)
    {
        SlotValue value = record.Get(slot);
        if (value.Kind != SlotKind.Text || value.Text.IsEmpty)
        {
            record.Set(slot, SlotValue.OfText(Lists[fields]));
            return;
        }
        int listed = Lists.Length - 1;
        while (listed > 0 && !value.Text.Span.SequenceEqual(Lists[listed]))
        {
            listed--;
        }
        byte[] joined = listed > 0 ? Lists[listed | fields] : Join(value.Text.Span, Lists[fields]);
        record.Set(slot, SlotValue.OfText(joined));
    }

    // Another stage, or the line itself, gave the value a text of its own.
    private static byte[] Join(ReadOnlySpan<byte> before, ReadOnlySpan<byte> added)
    {
        string[] all = Encoding.UTF8.GetString(before).Split(',');
        string[] more = Encoding.UTF8.GetString(added).Split(',');
        return Encoding.UTF8.GetBytes(string.Join(',', all.Union(more, StringComparer.Ordinal).Order(StringComparer.Ordinal)));
    }
}
