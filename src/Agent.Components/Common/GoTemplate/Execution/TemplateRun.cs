using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Agent.Components.Common.GoTemplate.Syntax;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Components.Common.GoTime;
using Agent.Sdk.Patterns;

namespace Agent.Components.Common.GoTemplate.Execution;

/// <summary>One execution of a template: what it works with and what came of it. Dispose it when the output has been read.</summary>
public sealed class TemplateRun : IDisposable
{
    private const int FirstArguments = 16;

    private readonly TextTemplate _template;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<(string Name, GoValue Value)> _variables = [];
    private readonly ExpressionEvaluator _expressions;
    private readonly TemplateWalker _walker;
    private GoValue[] _arguments = new GoValue[FirstArguments];
    private int _argumentCount;
    private int _steps;
    private long _work;
    private (TemplateNode? Node, string Template, string Message)? _error;
    private string? _raised;

    internal TemplateRun(TextTemplate template)
    {
        _template = template;
        _expressions = new ExpressionEvaluator(this);
        _walker = new TemplateWalker(this, _expressions);
    }

    /// <summary>Whether an error ended the execution.</summary>
    [MemberNotNullWhen(true, nameof(Error))]
    public bool Failed => _error is not null;

    /// <summary>What went wrong, in Go's words; null where nothing did.</summary>
    public string? Error => _error is { } error ? _template.Describe(error.Node, error.Template, error.Message) : null;

    /// <summary>What was written, up to the error where there was one. Valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Output => _output.WrittenSpan;

    internal TimeProvider Time => _template.Time;

    internal GoLocation Local => _template.Local;

    /// <summary>The template whose text is being executed.</summary>
    internal string Current { get; set; } = "";

    internal int VariableMark => _variables.Count;

    public void Dispose() => _template.Return(this);

    internal void Execute(ListNode root, TemplateData data)
    {
        _output.ResetWrittenCount();
        _variables.Clear();
        _argumentCount = 0;
        _steps = 0;
        _work = 0;
        _error = null;
        _raised = null;
        data.Reset();
        Current = _template.Name;
        GoValue dot = GoValue.Of(data);
        Push("$", dot);
        _walker.Walk(dot, root);
        Array.Clear(_arguments);
        _variables.Clear();
    }

    internal bool TryTemplate(string name, [NotNullWhen(true)] out ListNode? root) => _template.TryTemplate(name, out root);

    /// <summary>Counts a step; false when there have been too many.</summary>
    internal bool Step()
    {
        if (_error is null && ++_steps > _template.Limits.Steps)
        {
            Stop($"exceeded the limit of {_template.Limits.Steps} steps");
        }
        return _error is null;
    }

    /// <summary>Pays for bytes read or made; false when the allowance is spent, or an error ended the execution.</summary>
    internal bool Spend(long bytes)
    {
        _work += bytes;
        if (_error is null && _work > _template.Limits.Work)
        {
            Stop($"exceeded the limit of {_template.Limits.Work} bytes of work");
        }
        return _error is null;
    }

    internal bool IsTooDeep(int depth) => depth > _template.Limits.Depth;

    internal int MaxDepth => _template.Limits.Depth;

    /// <summary>Ends the execution with an error at a node. The first counts.</summary>
    internal GoValue Fail(TemplateNode? node, string message)
    {
        _error ??= (node, Current, message);
        return default;
    }

    /// <summary>What a function returns that has an error.</summary>
    internal GoValue Raise(string message)
    {
        _raised ??= message;
        return default;
    }

    internal bool TryTakeRaised([NotNullWhen(true)] out string? message)
    {
        message = _raised;
        _raised = null;
        return message is not null;
    }

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        if (MayWrite(bytes.Length))
        {
            _output.Write(bytes);
        }
    }

    internal void Write(string text)
    {
        if (MayWrite(text.Length))
        {
            _output.Advance(Encoding.Latin1.GetBytes(text, _output.GetSpan(Math.Max(text.Length, 1))));
        }
    }

    internal void Push(string name, GoValue value) => _variables.Add((name, value));

    internal void Pop(int mark) => _variables.RemoveRange(mark, _variables.Count - mark);

    internal bool TrySet(string name, GoValue value)
    {
        int index = _variables.FindLastIndex(variable => variable.Name == name);
        if (index >= 0)
        {
            _variables[index] = (name, value);
        }
        return index >= 0;
    }

    /// <summary>Sets the variable so many from the top.</summary>
    internal void SetTop(int fromTop, GoValue value) => _variables[^fromTop] = (_variables[^fromTop].Name, value);

    internal bool TryGet(string name, out GoValue value)
    {
        for (int i = _variables.Count - 1; i >= 0; i--)
        {
            if (_variables[i].Name == name)
            {
                value = _variables[i].Value;
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <summary>Puts the variables aside: a template that is called sees none of them but its own data.</summary>
    internal (string Name, GoValue Value)[] TakeVariables()
    {
        (string, GoValue)[] taken = [.. _variables];
        _variables.Clear();
        return taken;
    }

    internal void RestoreVariables((string Name, GoValue Value)[] variables)
    {
        _variables.Clear();
        _variables.AddRange(variables);
    }

    /// <summary>Makes room for arguments; they are set one by one, since working one out may call functions too.</summary>
    internal int StartArguments(int count)
    {
        int start = _argumentCount;
        _argumentCount += count;
        if (_argumentCount > _arguments.Length)
        {
            Array.Resize(ref _arguments, Math.Max(_argumentCount, _arguments.Length * 2));
        }
        return start;
    }

    internal void SetArgument(int index, GoValue value) => _arguments[index] = value;

    internal ReadOnlySpan<GoValue> Arguments(int start) => _arguments.AsSpan(start, _argumentCount - start);

    internal void EndArguments(int start) => _argumentCount = start;

    internal bool TryPattern(string text, [NotNullWhen(true)] out Pattern? pattern, [NotNullWhen(false)] out string? error) =>
        _template.TryPattern(text, out pattern, out error);

    internal GoLocation? Location(string name) => _template.Location(name);

    private bool MayWrite(int bytes)
    {
        if (_error is null && _output.WrittenCount + (long)bytes > _template.Limits.Output)
        {
            Stop($"exceeded the limit of {_template.Limits.Output} bytes of output");
        }
        return _error is null;
    }

    private void Stop(string message) => _error ??= (null, Current, message);
}
