using Agent.Components.Common.GoTemplate.Functions;
using Agent.Components.Common.GoTemplate.Syntax;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Execution;

/// <summary>Works out pipelines. After an error, which the run holds, values mean nothing.</summary>
internal sealed class ExpressionEvaluator
{
    private static readonly IReadOnlyList<TemplateNode> NoWords = [];

    private readonly TemplateRun _run;
    private readonly CallEvaluator _calls;

    public ExpressionEvaluator(TemplateRun run)
    {
        _run = run;
        _calls = new CallEvaluator(run, this);
    }

    public GoValue Pipeline(GoValue dot, PipeNode pipe)
    {
        GoValue value = default;
        for (int i = 0; i < pipe.Commands.Count; i++)
        {
            value = _run.Step() ? Command(dot, pipe.Commands[i], i == 0 ? null : value) : default;
            if (_run.Failed)
            {
                return default;
            }
            value = value.IsNil ? default : value;
        }
        for (int i = 0; i < pipe.Variables.Count; i++)
        {
            string variable = pipe.Variables[i];
            if (!pipe.IsAssign)
            {
                _run.Push(variable, value);
            }
            else if (!_run.TrySet(variable, value))
            {
                return _run.Fail(pipe, $"undefined variable: {variable}");
            }
        }
        return value;
    }

    /// <summary>An operand that stands alone, without arguments: a field, variable, function or pipeline.</summary>
    public GoValue Operand(GoValue dot, TemplateNode node) => node switch
    {
        DotNode => dot,
        FieldNode field => Fields(dot, dot, field, field.Names, NoWords, null),
        VariableNode variable => Variable(dot, variable, NoWords, null),
        PipeNode pipe => Pipeline(dot, pipe),
        FunctionNode function => _calls.Call(dot, new Callee(function.Function, function, null), NoWords, null),
        ChainNode chain => Chain(dot, chain, NoWords, null),
        _ => _run.Fail(node, $"can't evaluate {node}"),
    };

    private GoValue Command(GoValue dot, CommandNode command, GoValue? final)
    {
        TemplateNode first = command.Words[0];
        switch (first)
        {
            case FieldNode field:
                return Fields(dot, dot, field, field.Names, command.Words, final);
            case ChainNode chain:
                return Chain(dot, chain, command.Words, final);
            case FunctionNode function:
                return _calls.Call(dot, new Callee(function.Function, command, null), command.Words, final);
            case VariableNode variable:
                return Variable(dot, variable, command.Words, final);
        }
        if (!TakesNoArguments(first, command.Words, final))
        {
            return default;
        }
        return first switch
        {
            PipeNode pipe => Pipeline(dot, pipe),
            BoolNode constant => GoValue.Of(constant.Value),
            DotNode => dot,
            NilNode => _run.Fail(first, "nil is not a command"),
            NumberNode number => number.Ideal ?? _run.Fail(number, $"{number} overflows int"),
            StringNode text => text.Value,
            _ => _run.Fail(first, $"can't evaluate command {first}"),
        };
    }

    private bool TakesNoArguments(TemplateNode node, IReadOnlyList<TemplateNode> words, GoValue? final)
    {
        if (words.Count > 1 || final is not null)
        {
            _run.Fail(node, $"can't give argument to non-function {node}");
        }
        return !_run.Failed;
    }

    private GoValue Chain(GoValue dot, ChainNode chain, IReadOnlyList<TemplateNode> words, GoValue? final)
    {
        GoValue inner = Operand(dot, chain.Inner);
        return _run.Failed ? default : Fields(dot, inner, chain, chain.Fields, words, final);
    }

    private GoValue Variable(GoValue dot, VariableNode variable, IReadOnlyList<TemplateNode> words, GoValue? final)
    {
        if (!_run.TryGet(variable.Name, out GoValue value))
        {
            return _run.Fail(variable, $"undefined variable: {variable.Name}");
        }
        if (variable.Fields.Count > 0)
        {
            return Fields(dot, value, variable, variable.Fields, words, final);
        }
        return TakesNoArguments(variable, words, final) ? value : default;
    }

    private GoValue Fields(GoValue dot, GoValue receiver, TemplateNode node, IReadOnlyList<string> names, IReadOnlyList<TemplateNode> words, GoValue? final)
    {
        string? type = null;
        for (int i = 0; i < names.Count && !_run.Failed; i++)
        {
            GoType? element = receiver.Type?.Element;
            bool isLast = i == names.Count - 1;
            receiver = Field(dot, new Access(names[i], node, type), receiver, isLast ? words : NoWords, isLast ? final : null);
            type = element?.Name;
        }
        return receiver;
    }

    private GoValue Field(GoValue dot, Access access, GoValue receiver, IReadOnlyList<TemplateNode> words, GoValue? final)
    {
        (string name, TemplateNode node, string? type) = access;
        if (!receiver.IsValid)
        {
            return default;
        }
        if (receiver.IsNil)
        {
            return _run.Fail(node, $"nil pointer evaluating interface {{}}.{name}");
        }
        if (MethodTable.TryFind(receiver.Type!, name, out GoFunction? method))
        {
            return _calls.Call(dot, new Callee(method, node, receiver), words, final);
        }
        if (!receiver.IsMap)
        {
            return _run.Fail(node, $"can't evaluate field {name} in type {type ?? receiver.Type!.Name}");
        }
        if (words.Count > 1 || final is not null)
        {
            return _run.Fail(node, $"{name} is not a method but has arguments");
        }
        if (receiver.AsData is not { } data)
        {
            receiver.AsMap.TryGet(name, out GoValue element);
            return element;
        }
        return data.TryGet(name, out GoValue value) || !data.IsRecord
            ? value
            : _run.Fail(node, $"can't evaluate field {name} in type {data.Type.Name}");
    }

    private readonly record struct Access(string Name, TemplateNode Node, string? Type);
}
