using System.Text;
using System.Text.Unicode;
using Agent.Wire;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;

namespace Agent.EndToEnd.Torture;

/// <summary>Checks a push request and enters its lines into the ledger.</summary>
/// <param name="ledger">Where to count.</param>
/// <param name="refusesFirst">Whether the first entry of the request is refused for good.</param>
internal sealed class SinkRequest(ArrivalLedger ledger, bool refusesFirst)
{
    private readonly byte[] _scratch = new byte[1024];

    /// <summary>How many entries the request holds.</summary>
    public int Entries { get; private set; }

    /// <returns>Why the request is no correct one, null for a correct one. Of one that is not correct nothing is counted.</returns>
    public string? Read(ReadOnlySpan<byte> body, GrowableBuffer plain, int longest)
    {
        if (!SnappyDecoder.TryDecompress(body, longest, plain))
        {
            return $"the body of {body.Length} bytes is no snappy block";
        }
        if (!LokiPushReader.TryOpen(plain.Written, out LokiPushReader streams, out string? error))
        {
            return error;
        }
        foreach (LokiStreamView stream in streams)
        {
            int source = SourceOf(stream.Labels);
            foreach (LokiEntryView entry in stream.Entries)
            {
                Count(entry.Line, source, stream.Labels);
                Entries++;
            }
        }
        return null;
    }

    private void Count(ReadOnlySpan<byte> line, int streamSource, ReadOnlySpan<byte> labels)
    {
        if (NumberedMessage.TryRead(line, out int source, out int sequence) && source == streamSource)
        {
            if (Entries == 0 && refusesFirst)
            {
                ledger.Refuse(source, sequence);
            }
            else
            {
                ledger.Take(source, sequence);
            }
            return;
        }
        string text = Utf8.IsValid(line) ? Encoding.UTF8.GetString(line) : $"(no UTF-8) {Convert.ToHexString(line)}";
        string stream = Encoding.UTF8.GetString(labels);
        ledger.TakeBad(() => $"{stream} {text}");
    }

    /// <summary>The source that the label <c>pod</c> names; -1 where there is none.</summary>
    private int SourceOf(ReadOnlySpan<byte> labels)
    {
        if (labels.Length > _scratch.Length)
        {
            return -1;
        }
        var reader = new LabelsTextReader(labels, _scratch);
        while (reader.TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            if (name.SequenceEqual("pod"u8))
            {
                return NumberedMessage.SourceOf(value);
            }
        }
        return -1;
    }
}
