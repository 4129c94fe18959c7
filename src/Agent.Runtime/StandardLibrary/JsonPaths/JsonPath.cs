using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.JsonPaths;

/// <summary>A JSONPath expression in the dialect of ohler55/ojg, which is the one Alloy has.</summary>
internal sealed class JsonPath(IReadOnlyList<PathFragment> fragments)
{
    public static bool IsContainer(Value value) => value is ArrayValue or ObjectValue;

    public IReadOnlyList<Value> Select(Value document) => Select(document, document);

    /// <param name="at">What <c>@</c> and a path without a start stand for.</param>
    /// <param name="document">What <c>$</c> stands for.</param>
    public IReadOnlyList<Value> Select(Value at, Value document)
    {
        if (fragments.Count == 0)
        {
            return [];
        }
        List<Value> values = [at];
        for (int i = 0; i < fragments.Count; i++)
        {
            bool isLast = i == fragments.Count - 1;
            var selected = new List<Value>();
            foreach (Value value in values)
            {
                fragments[i].Select(value, document, isLast, selected);
            }
            values = isLast ? selected : selected.FindAll(IsContainer);
        }
        return values;
    }
}
