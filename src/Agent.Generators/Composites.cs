using System.Text;

namespace Agent.Generators;

/// <summary>Codecs that are put together from others (a list of text) are made once, as fields of the generated class.</summary>
internal sealed class Composites(string owner)
{
    private readonly List<(string Expression, string Type)> _made = [];

    public string Fields
    {
        get
        {
            var text = new StringBuilder();
            for (int i = 0; i < _made.Count; i++)
            {
                text.Append($"        public static readonly {KnownNames.Decoding}ValueCodec<{_made[i].Type}> C{i} = {_made[i].Expression};\n");
            }
            return text.ToString();
        }
    }

    public string Use(string expression, string type)
    {
        if (!expression.EndsWith(")", StringComparison.Ordinal))
        {
            return expression;
        }
        int index = _made.IndexOf((expression, type));
        if (index < 0)
        {
            index = _made.Count;
            _made.Add((expression, type));
        }
        return $"{owner}.C{index}";
    }
}
