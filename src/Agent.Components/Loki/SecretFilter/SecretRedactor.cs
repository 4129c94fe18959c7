using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Agent.Components.Loki.SecretFilter;

/// <summary>Writes a line anew with placeholders where its secrets were.</summary>
/// <param name="template">With <c>$SECRET_NAME</c> and <c>$SECRET_HASH</c>; empty: only the beginning of a secret stays.</param>
/// <param name="percent">How much of a secret goes where there is no template; 100 leaves nothing.</param>
internal sealed class SecretRedactor(string template, uint percent)
{
    private const uint DefaultPercent = 80;
    private readonly uint _percent = percent is >= 1 and <= 100 ? percent : DefaultPercent;

    /// <param name="line">The line.</param>
    /// <param name="spans">In order, none overlapping another.</param>
    /// <param name="output">Takes the new line.</param>
    public void Write(ReadOnlySpan<byte> line, List<SecretFinding> spans, IBufferWriter<byte> output)
    {
        int at = 0;
        foreach (SecretFinding span in spans)
        {
            output.Write(line[at..span.Start]);
            WritePlaceholder(span.Rule, line[span.Start..span.End], output);
            at = span.End;
        }
        output.Write(line[at..]);
    }

    private void WritePlaceholder(SecretRule rule, ReadOnlySpan<byte> secret, IBufferWriter<byte> output)
    {
        if (template.Length > 0)
        {
            string text = template
                .Replace("$SECRET_NAME", rule.Id, StringComparison.Ordinal)
                .Replace("$SECRET_HASH", Hash(secret), StringComparison.Ordinal);
            Encoding.UTF8.GetBytes(text, output);
        }
        else if (_percent == 100)
        {
            output.Write("REDACTED"u8);
        }
        else
        {
            output.Write(secret[..Shown(secret)]);
            output.Write("..."u8);
        }
    }

    private int Shown(ReadOnlySpan<byte> secret)
    {
        int shown = (int)Math.Round(secret.Length * (100 - _percent) / 100.0, MidpointRounding.ToEven);
        // Not in the middle of a character: what follows would no longer be UTF-8.
        while (shown > 0 && shown < secret.Length && (secret[shown] & 0xC0) == 0x80)
        {
            shown--;
        }
        return shown;
    }

#pragma warning disable CA5350 // The placeholder's format is SHA-1 in hex: it tells equal secrets from others, and protects nothing.
    private static string Hash(ReadOnlySpan<byte> secret) => Convert.ToHexStringLower(SHA1.HashData(secret));
#pragma warning restore CA5350
}
