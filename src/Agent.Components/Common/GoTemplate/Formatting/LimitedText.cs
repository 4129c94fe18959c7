using System.Text;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>A text in the making that pays for every byte; when the execution's allowance is spent it takes no more and the execution fails.</summary>
internal sealed class LimitedText(TemplateRun run)
{
    private readonly StringBuilder _text = new();

    public int Length => _text.Length;

    /// <summary>Whether it still takes anything: where not, going on is a waste.</summary>
    public bool IsOpen => !run.Failed;

    public LimitedText Append(ReadOnlySpan<char> text)
    {
        if (run.Spend(text.Length))
        {
            _text.Append(text);
        }
        return this;
    }

    public LimitedText Append(char value, int count = 1)
    {
        if (count > 0 && run.Spend(count))
        {
            _text.Append(value, count);
        }
        return this;
    }

    public LimitedText Append(Rune rune)
    {
        if (run.Spend(1))
        {
            GoText.AppendRune(_text, rune);
        }
        return this;
    }

    public override string ToString() => _text.ToString();

    public GoValue ToValue() => GoValue.Of(_text.ToString());
}
