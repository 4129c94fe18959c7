using System.Text;

namespace Agent.Conversion.Static;

/// <summary>Replaces <c>${NAME}</c> in a text.</summary>
/// <remarks>A default is given by <c>${NAME:-x}</c>, <c>${NAME-x}</c>, <c>${NAME:=x}</c> or <c>${NAME=x}</c>. Names of digits only stay as they are: they stand for groups of regular expressions. <c>$${</c> is <c>${</c> as text.</remarks>
internal static class EnvironmentExpansion
{
    private const int MaxDepth = 20;

    /// <summary>The expanded text; or null, and what is wrong.</summary>
    public static (string? Text, string? Error) Expand(string text, Func<string, string?> environment)
    {
        var output = new StringBuilder(text.Length);
        string? error = Expand(text, environment, output, 0);
        return error is null ? (output.ToString(), null) : (null, error);
    }

    private static string? Expand(ReadOnlySpan<char> text, Func<string, string?> environment, StringBuilder output, int depth)
    {
        if (depth > MaxDepth)
        {
            return "substitutions are nested too deeply";
        }
        while (text.IndexOf("${", StringComparison.Ordinal) is >= 0 and var start)
        {
            if (start > 0 && text[start - 1] == '$')
            {
                output.Append(text[..(start - 1)]).Append("${");
                text = text[(start + 2)..];
                continue;
            }
            output.Append(text[..start]);
            int end = ClosingBrace(text[(start + 2)..]);
            if (end < 0)
            {
                return "missing closing brace";
            }
            if (Substitute(text.Slice(start + 2, end), environment, output, depth) is { } error)
            {
                return error;
            }
            text = text[(start + end + 3)..];
        }
        output.Append(text);
        return null;
    }

    private static string? Substitute(ReadOnlySpan<char> expression, Func<string, string?> environment, StringBuilder output, int depth)
    {
        int length = 0;
        while (length < expression.Length && (char.IsAsciiLetterOrDigit(expression[length]) || expression[length] == '_'))
        {
            length++;
        }
        string name = expression[..length].ToString();
        ReadOnlySpan<char> rest = expression[length..];
        if (name.Length == 0)
        {
            return $"bad substitution: ${{{expression}}}";
        }
        if (name.All(char.IsAsciiDigit) && rest.IsEmpty)
        {
            output.Append("${").Append(name).Append('}');
            return null;
        }
        string value = environment(name) ?? "";
        int mark = rest is [':', '-' or '=', ..] ? 2 : rest is ['-' or '=', ..] ? 1 : 0;
        if (mark == 0 && rest.Length > 0)
        {
            return $"bad substitution: ${{{expression}}}";
        }
        if (value.Length > 0 || mark == 0)
        {
            output.Append(value);
            return null;
        }
        return Expand(rest[mark..], environment, output, depth + 1);
    }

    private static int ClosingBrace(ReadOnlySpan<char> text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '{' && i > 0 && text[i - 1] == '$')
            {
                depth++;
            }
            else if (text[i] == '}' && depth-- == 0)
            {
                return i;
            }
        }
        return -1;
    }
}
