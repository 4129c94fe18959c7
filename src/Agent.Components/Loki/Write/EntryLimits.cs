using System.Text;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Write;

/// <summary>What is never sent. Alloy has none of these options: it sends everything and leaves the refusal to the server.</summary>
/// <remarks>What is dropped is counted under the reason that Loki itself would give.</remarks>
public sealed record EntryLimits : IValidated
{
    /// <summary>Longest line that is sent; 0 sets no limit. Not in Alloy; the default is Loki's own limit, beyond which it refuses a line.</summary>
    public ByteSize MaxLineSize { get; init; } = new(256 << 10);

    /// <summary>What is done to a longer line: <c>drop</c> it, <c>truncate</c> it or <c>split</c> it into several entries. Not in Alloy.</summary>
    public LineSizeAction MaxLineSizeAction { get; init; } = LineSizeAction.Drop;

    /// <summary>Ends a truncated line, within <c>max_line_size</c>. Not in Alloy.</summary>
    public string MaxLineSizeMarker { get; init; } = "...<truncated>";

    /// <summary>Most labels of a stream, beyond which its entries are dropped; 0 sets no limit. Not in Alloy.</summary>
    public int MaxLabelNames { get; init; }

    /// <summary>Longest name of a label, in bytes, beyond which the entries of its stream are dropped; 0 sets no limit. Not in Alloy.</summary>
    public int MaxLabelNameLength { get; init; }

    /// <summary>Longest value of a label, in bytes, beyond which the entries of its stream are dropped; 0 sets no limit. Not in Alloy.</summary>
    public int MaxLabelValueLength { get; init; }

    /// <summary>Greatest age of an entry's timestamp, beyond which it is dropped; 0 sets no limit. Not in Alloy.</summary>
    public TimeSpan MaxEntryAge { get; init; }

    /// <summary>The longest line that goes as it is.</summary>
    internal int LongestLine => MaxLineSize.Bytes is > 0 and < int.MaxValue ? (int)MaxLineSize.Bytes : int.MaxValue;

    public void Validate(ValidationContext context)
    {
        int marker = Encoding.UTF8.GetByteCount(MaxLineSizeMarker);
        if (MaxLineSizeAction == LineSizeAction.Truncate && marker >= LongestLine)
        {
            context.Error("max_line_size_marker", "cannot use the marker: it leaves no room for the line within max_line_size");
        }
        if (MaxLineSizeAction == LineSizeAction.Split && LongestLine < LongLine.LongestRune)
        {
            context.Error("max_line_size", $"cannot split lines into pieces of less than {LongLine.LongestRune} bytes");
        }
    }
}
