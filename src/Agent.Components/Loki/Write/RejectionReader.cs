using System.Globalization;

namespace Agent.Components.Loki.Write;

/// <summary>Reads the text of Loki's error replies.</summary>
/// <remarks>
/// The distributor checks each entry and answers with the distinct messages, each behind <c>N errors like: </c> and divided by
/// <c>; </c>; one message that came once stands alone (pkg/util/errors, GroupedErrors). The ingester lists the first entries it
/// refused and ends with <c>total ignored: N out of M for stream</c> (pkg/ingester/stream.go). In both cases the rest was stored.
/// </remarks>
internal static class RejectionReader
{
    private const string Grouped = " errors like: ";
    private const string Ignored = "total ignored: ";

    /// <summary>Parts of Loki's messages. The first that is found counts.</summary>
    private static readonly (string Phrase, string Reason, bool WholeStreams)[] Known =
    [
        ("entry too far behind", "too_far_behind", false),
        ("entry out of order", "out_of_order", false),
        ("has timestamp too old", DropReason.TooOld, false),
        ("has timestamp too new", "too_far_in_future", false),
        ("max entry size", DropReason.LineTooLong, false),
        ("has structured metadata too large", "structured_metadata_too_large", false),
        ("has too many structured metadata labels", "structured_metadata_too_many", false),
        ("includes structured metadata, but this feature is disallowed", "disallowed_structured_metadata", false),
        ("label names; limit", DropReason.TooManyLabels, true),
        ("has label name too long", DropReason.LabelNameTooLong, true),
        ("has label value too long", DropReason.LabelValueTooLong, true),
        ("has duplicate label name", "duplicate_label_names", true),
        ("error parsing labels", "invalid_labels", true),
        ("at least one label pair is required", "missing_labels", true),
        ("missing required labels", "missing_enforced_labels", true),
        ("per stream rate limit exceeded", "per_stream_rate_limit", false),
        ("maximum active stream limit exceeded", "stream_limit", true),
        ("ingestion rate limit exceeded", DropReason.RateLimited, false),
        ("ingestion blocked for user", "blocked_ingestion", false),
        ("request body too large", "request_body_too_large", false),
    ];

    /// <summary>What a reply to a batch that was stored in part names; empty where nothing is understood.</summary>
    public static List<Rejection> Read(string text)
    {
        List<Rejection> found = [];
        int start = 0;
        while (start < text.Length)
        {
            int end = EndOf(text, start);
            Add(text[start..end], found);
            start = end + 2;
        }
        return found;
    }

    /// <summary>The reason why a whole batch was refused, null where the text names none that is known.</summary>
    public static string? ReasonOf(string text) => Find(text) is { } known ? known.Reason : null;

    /// <summary>Whether a proxy or Loki's own gRPC found the request too large, whatever the status.</summary>
    public static bool SaysTooLarge(string text) =>
        text.Contains("received message larger than", StringComparison.OrdinalIgnoreCase)
        || text.Contains("request body too large", StringComparison.OrdinalIgnoreCase);

    /// <summary>Messages hold semicolons themselves, so that one ends only where the next begins.</summary>
    private static int EndOf(string text, int start)
    {
        for (int at = start; (at = text.IndexOf("; ", at, StringComparison.Ordinal)) >= 0; at += 2)
        {
            if (CountAt(text, at + 2) > 0)
            {
                return at;
            }
        }
        return text.Length;
    }

    /// <summary>The number of a group that begins here, 0 where none does.</summary>
    private static int CountAt(string text, int start)
    {
        int end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }
        return string.CompareOrdinal(text, end, Grouped, 0, Grouped.Length) == 0 ? NumberOf(text.AsSpan(start, end - start)) : 0;
    }

    private static void Add(string message, List<Rejection> found)
    {
        if (Find(message) is not { } known)
        {
            return;
        }
        int count = Math.Max(1, CountAt(message, 0));
        int at = message.IndexOf(Ignored, StringComparison.Ordinal);
        if (at >= 0)
        {
            ReadOnlySpan<char> number = message.AsSpan(at + Ignored.Length);
            int end = number.IndexOfAnyExceptInRange('0', '9');
            count = Math.Max(1, NumberOf(end < 0 ? number : number[..end]));
        }
        found.Add(new Rejection(known.Reason, count, known.WholeStreams, message));
    }

    private static (string Reason, bool WholeStreams)? Find(string text)
    {
        foreach ((string phrase, string reason, bool wholeStreams) in Known)
        {
            if (text.Contains(phrase, StringComparison.OrdinalIgnoreCase))
            {
                return (reason, wholeStreams);
            }
        }
        return null;
    }

    private static int NumberOf(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
