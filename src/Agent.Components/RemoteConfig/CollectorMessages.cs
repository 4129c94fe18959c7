using System.Text;
using Agent.Wire;
using Agent.Wire.Protobuf;

namespace Agent.Components.RemoteConfig;

/// <summary>What became of a configuration, as numbers on the wire.</summary>
internal enum ConfigOutcome
{
    Unset = 0,
    Applied = 1,
    Failed = 3,
}

/// <summary>What the server is told about the configuration that it sent last.</summary>
internal sealed record ConfigReport(ConfigOutcome Outcome, string Error = "");

/// <summary>As whom the agent asks.</summary>
/// <param name="Id">The same over restarts.</param>
/// <param name="Name">For people; may be empty.</param>
/// <param name="Attributes">What the server may decide by, in ordinal order.</param>
internal sealed record CollectorIdentity(string Id, string Name, IReadOnlyList<KeyValuePair<string, string>> Attributes);

/// <summary>One question for the configuration.</summary>
/// <param name="Hash">The server's hash of what it sent last; empty at first.</param>
/// <param name="Report">Null where nothing is new since the last question.</param>
/// <param name="Running">The text that runs; null where the server has been told already.</param>
internal sealed record ConfigQuestion(string Hash, ConfigReport? Report, string? Running);

/// <summary>The configuration, or word that it is still the same.</summary>
internal sealed record ConfigAnswer(string Content, string Hash, bool NotModified);

/// <summary>Messages of <c>collector.v1.CollectorService</c>, see https://github.com/grafana/alloy-remote-config.</summary>
internal static class CollectorMessages
{
    public static byte[] Question(CollectorIdentity who, ConfigQuestion question)
    {
        using var bytes = new GrowableBuffer();
        var message = new ProtobufWriter(bytes);
        WriteText(message, 1, who.Id);
        WriteText(message, 3, question.Hash);
        WriteAttributes(message, who);
        if (question.Report is { } report)
        {
            ProtobufMark status = message.BeginMessage(5);
            if (report.Outcome != ConfigOutcome.Unset)
            {
                message.WriteInt64(1, (long)report.Outcome);
            }
            WriteText(message, 2, report.Error);
            message.EndMessage(status);
        }
        if (question.Running is { } running)
        {
            WriteRunning(message, running);
        }
        return bytes.Written.ToArray();
    }

    public static byte[] Registration(CollectorIdentity who)
    {
        using var bytes = new GrowableBuffer();
        var message = new ProtobufWriter(bytes);
        WriteText(message, 1, who.Id);
        WriteText(message, 3, who.Name);
        WriteAttributes(message, who);
        return bytes.Written.ToArray();
    }

    public static byte[] Departure(CollectorIdentity who)
    {
        using var bytes = new GrowableBuffer();
        WriteText(new ProtobufWriter(bytes), 1, who.Id);
        return bytes.Written.ToArray();
    }

    /// <summary>Null where the message is broken, with the cause in <paramref name="error"/>.</summary>
    public static ConfigAnswer? Answer(ReadOnlySpan<byte> message, out string? error)
    {
        (string content, string hash, bool notModified) = ("", "", false);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 when reader.TryBytes(out ReadOnlySpan<byte> text):
                    content = Encoding.UTF8.GetString(text);
                    break;
                case 2 when reader.TryBytes(out ReadOnlySpan<byte> text):
                    hash = Encoding.UTF8.GetString(text);
                    break;
                case 3 when reader.TryVarint(out ulong flag):
                    notModified = flag != 0;
                    break;
                case > 3:
                    reader.Skip();
                    break;
                default:
                    break;
            }
        }
        error = reader.Error;
        return error is null ? new ConfigAnswer(content, hash, notModified) : null;
    }

    /// <summary>A map of one file without a name: what runs is one text.</summary>
    private static void WriteRunning(ProtobufWriter message, string running)
    {
        ProtobufMark effective = message.BeginMessage(6);
        ProtobufMark map = message.BeginMessage(1);
        ProtobufMark entry = message.BeginMessage(1);
        ProtobufMark file = message.BeginMessage(2);
        WriteText(message, 1, running);
        WriteText(message, 2, "text/plain");
        message.EndMessage(file);
        message.EndMessage(entry);
        message.EndMessage(map);
        message.EndMessage(effective);
    }

    private static void WriteAttributes(ProtobufWriter message, CollectorIdentity who)
    {
        foreach ((string name, string value) in who.Attributes)
        {
            ProtobufMark entry = message.BeginMessage(4);
            WriteText(message, 1, name);
            WriteText(message, 2, value);
            message.EndMessage(entry);
        }
    }

    private static void WriteText(ProtobufWriter message, int field, string text)
    {
        if (text.Length > 0)
        {
            message.WriteString(field, Encoding.UTF8.GetBytes(text));
        }
    }
}
