using System.Text;
using Agent.Runtime.Evaluation;
using Agent.Runtime.StandardLibrary.Formatting;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary;

/// <summary>The functions of <c>string</c>.</summary>
internal static class StringFunctions
{
    public static IEnumerable<LibraryFunction> All { get; } =
    [
        new("string.format", SchemaType.Text, Format) { IsVariadic = true },
        new("string.join", SchemaType.Text, Join) { Arguments = 2 },
        new("string.replace", SchemaType.Text, Replace) { Arguments = 3 },
        new("string.split", SchemaType.ListOf(SchemaType.Text), Split) { Arguments = 2 },
        One("to_lower", static text => text.ToLowerInvariant()),
        One("to_upper", static text => text.ToUpperInvariant()),
        One("trim_space", static text => text.Trim()),
        Two("trim", Trim),
        Two("trim_prefix", static (text, prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text),
        Two("trim_suffix", static (text, suffix) => text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text),
    ];

    private static LibraryFunction One(string name, Func<string, string> change) =>
        new($"string.{name}", SchemaType.Text, arguments =>
            arguments.Text(0) is { } text ? new StringValue(change(text.Text), text.IsSensitive) : null);

    private static LibraryFunction Two(string name, Func<string, string, string> change) =>
        new($"string.{name}", SchemaType.Text, arguments =>
            arguments.Text(0) is { } text && arguments.Text(1) is { } other
                ? new StringValue(change(text.Text, other.Text), text.IsSensitive || other.IsSensitive)
                : null) { Arguments = 2 };

    private static Value? Format(CallArguments arguments)
    {
        if (arguments.Text(0) is not { } format)
        {
            return null;
        }
        var values = new List<Value>();
        for (int i = 1; i < arguments.Count; i++)
        {
            values.Add(arguments[i]);
        }
        return new GoFormatter(values).TryFormat(format.Text, out string formatted)
            ? new StringValue(formatted, arguments.IsSensitive)
            : TooLong(arguments);
    }

    private static Value? Join(CallArguments arguments)
    {
        if (arguments.Texts(0) is not { } parts || arguments.Text(1) is not { } separator)
        {
            return null;
        }
        long length = parts.Sum(static part => (long)part.Text.Length) + ((long)separator.Text.Length * parts.Count);
        if (length > StringBytes.LongestText)
        {
            return TooLong(arguments);
        }
        bool isSensitive = separator.IsSensitive || arguments.IsSensitive;
        return new StringValue(string.Join(separator.Text, parts.Select(static part => part.Text)), isSensitive);
    }

    private static Value? Replace(CallArguments arguments)
    {
        if (arguments.Text(0) is not { } text || arguments.Text(1) is not { } old || arguments.Text(2) is not { } replacement)
        {
            return null;
        }
        long places = old.Text.Length == 0 ? text.Text.Length + 1 : text.Text.Length / old.Text.Length;
        if (text.Text.Length + (places * replacement.Text.Length) > StringBytes.LongestText)
        {
            return TooLong(arguments);
        }
        string replaced = old.Text.Length == 0
            ? Intersperse(text.Text, replacement.Text)
            : text.Text.Replace(old.Text, replacement.Text, StringComparison.Ordinal);
        return new StringValue(replaced, arguments.IsSensitive);
    }

    // An empty text stands before every character and behind the last one.
    private static string Intersperse(string text, string between)
    {
        var made = new StringBuilder(between);
        foreach (Rune rune in text.EnumerateRunes())
        {
            made.Append(rune.ToString()).Append(between);
        }
        return made.ToString();
    }

    private static ListValue? Split(CallArguments arguments)
    {
        if (arguments.Text(0) is not { } text || arguments.Text(1) is not { } separator)
        {
            return null;
        }
        IEnumerable<string> parts = separator.Text.Length == 0
            ? text.Text.EnumerateRunes().Select(static rune => rune.ToString())
            : text.Text.Split(separator.Text, StringSplitOptions.None);
        return new ListValue([.. parts.Select(Value (part) => new StringValue(part, text.IsSensitive))]);
    }

    private static string Trim(string text, string cutset)
    {
        var cut = cutset.EnumerateRunes().ToHashSet();
        ReadOnlySpan<char> left = text;
        while (!left.IsEmpty && Rune.DecodeFromUtf16(left, out Rune first, out int used) == System.Buffers.OperationStatus.Done && cut.Contains(first))
        {
            left = left[used..];
        }
        while (!left.IsEmpty && Rune.DecodeLastFromUtf16(left, out Rune last, out int used) == System.Buffers.OperationStatus.Done && cut.Contains(last))
        {
            left = left[..^used];
        }
        return left.ToString();
    }

    private static Value? TooLong(CallArguments arguments) => arguments.Fail("cannot make string: the result is too long");
}
