using System.Text.Json.Nodes;

namespace Agent.Testing.Kubernetes;

/// <summary>Label and field selectors as the API server evaluates them.</summary>
internal sealed class FakeSelector
{
    private readonly List<Func<FakeObject, bool>> _conditions = [];

    public FakeSelector(string? labels, string? fields)
    {
        foreach (string term in Terms(labels))
        {
            _conditions.Add(Label(term));
        }
        foreach (string term in Terms(fields))
        {
            bool differs = term.Contains("!=", StringComparison.Ordinal);
            string[] sides = term.Split(differs ? "!=" : term.Contains("==", StringComparison.Ordinal) ? "==" : "=", 2);
            _conditions.Add(item => Field(item.Json, sides[0].Trim()) == sides[1].Trim() != differs);
        }
    }

    public bool Takes(FakeObject item) => _conditions.TrueForAll(takes => takes(item));

    /// <summary>Splits at commas outside of parentheses.</summary>
    private static IEnumerable<string> Terms(string? text)
    {
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= (text?.Length ?? -1); i++)
        {
            if (i == text!.Length || (text[i] == ',' && depth == 0))
            {
                if (i > start)
                {
                    yield return text[start..i].Trim();
                }
                start = i + 1;
            }
            else
            {
                depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            }
        }
    }

    private static Func<FakeObject, bool> Label(string term)
    {
        int open = term.IndexOf('(', StringComparison.Ordinal);
        if (open >= 0)
        {
            string[] words = term[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] values = term[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
            bool wanted = words[1] == "in";
            return item => LabelOf(item, words[0]) is { } value ? values.Contains(value) == wanted : !wanted;
        }
        if (term.Split("!=", 2) is [var unequal, var other])
        {
            return item => LabelOf(item, unequal.Trim()) != other.Trim();
        }
        if (term.Split(term.Contains("==", StringComparison.Ordinal) ? "==" : "=", 2) is [var equal, var same])
        {
            return item => LabelOf(item, equal.Trim()) == same.Trim();
        }
        return term.StartsWith('!') ? item => LabelOf(item, term[1..].Trim()) is null : item => LabelOf(item, term) is not null;
    }

    private static string? LabelOf(FakeObject item, string name) => (string?)(item.Json["metadata"] as JsonObject)?["labels"]?[name];

    private static string Field(JsonObject json, string path)
    {
        JsonNode? at = json;
        foreach (string step in path.Split('.'))
        {
            at = (at as JsonObject)?[step];
        }
        return at is JsonValue value ? value.ToString() : "";
    }
}
