using Agent.Sdk.Declarations;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Removes the colour codes of terminals (ANSI escape sequences) from lines.</summary>
[Stage("decolorize")]
public sealed partial class DecolorizeStage : LogStage
{
    // What counts as a sequence is Alloy's to say: titles of windows, cursor movements and single letters are among them.
    private const string Sequence =
        "[\\x{1B}\\x{9B}][[\\]()#;?]*(?:(?:(?:[a-zA-Z\\d]*(?:;[a-zA-Z\\d]*)*)?\\x07)|(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PRZcf-ntqry=><~]))";

    private const byte Escape = 0x1B;

    // The first byte of U+009B, the one character that stands for ESC [.
    private const byte LeadOfControl = 0xC2;

    private readonly Pattern _sequence = Pattern.Parse(Sequence);

    public sealed record Arguments : StageArguments
    {
        public override LogStage Create(StageContext context) => new DecolorizeStage();
    }

    public override bool Keep(LogRecord record)
    {
        ReadOnlySpan<byte> line = record.Line.Span;
        if (line.IndexOfAny(Escape, LeadOfControl) < 0)
        {
            return true;
        }
        Span<ByteRange> groups = stackalloc ByteRange[1];
        PatternMatches matches = _sequence.EnumerateMatches(line, groups);
        Memory<byte> plain = default;
        int written = 0;
        int copied = 0;
        while (matches.MoveNext())
        {
            if (plain.IsEmpty)
            {
                plain = record.Scratch.Take(line.Length);
            }
            ReadOnlySpan<byte> between = line[copied..matches.Current[0].Start];
            between.CopyTo(plain.Span[written..]);
            written += between.Length;
            copied = matches.Current[0].End;
        }
        if (copied > 0)
        {
            line[copied..].CopyTo(plain.Span[written..]);
            record.Line = plain[..(written + line.Length - copied)];
        }
        return true;
    }
}
