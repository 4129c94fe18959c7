using System.Runtime.CompilerServices;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Syntax;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Execution;

internal enum Flow
{
    Next,
    Break,
    Continue,

    /// <summary>An error ended the execution.</summary>
    Stop,
}

/// <summary>Goes through a template and writes what its actions give.</summary>
internal sealed class TemplateWalker(TemplateRun run, ExpressionEvaluator expressions)
{
    private int _depth;

    public Flow Walk(GoValue dot, ListNode list)
    {
        // By index: an enumerator would be allocated for every line.
        for (int i = 0; i < list.Nodes.Count; i++)
        {
            Flow flow = run.Step() ? Walk(dot, list.Nodes[i]) : Flow.Stop;
            if (flow != Flow.Next || run.Failed)
            {
                return run.Failed ? Flow.Stop : flow;
            }
        }
        return Flow.Next;
    }

    private Flow Walk(GoValue dot, TemplateNode node)
    {
        switch (node)
        {
            case TextNode text:
                run.Write(text.Bytes);
                return Flow.Next;
            case ActionNode action:
                Act(dot, action.Pipe);
                return Flow.Next;
            case ControlNode { Keyword: "range" } range:
                return Range(dot, range);
            case ControlNode control:
                return Choose(dot, control);
            case TemplateCallNode call:
                return Call(dot, call);
            case BreakNode:
                return Flow.Break;
            default:
                return Flow.Continue;
        }
    }

    private void Act(GoValue dot, PipeNode pipe)
    {
        // The usual action, a field of the data by itself, goes from bytes to bytes.
        if (dot.AsData is { } data && pipe is { Variables.Count: 0, Commands: [{ Words: [FieldNode { Names: [string name] }] }] }
            && data.TryGetBytes(name, out ReadOnlyMemory<byte> utf8))
        {
            run.Write(utf8.Span);
            return;
        }
        GoValue value = expressions.Pipeline(dot, pipe);
        if (!run.Failed && pipe.Variables.Count == 0)
        {
            run.Write(value.IsValid ? GoPrinter.ToText(run, value) : "<no value>");
        }
    }

    private Flow Choose(GoValue dot, ControlNode node)
    {
        int mark = run.VariableMark;
        GoValue value = expressions.Pipeline(dot, node.Pipe);
        if (run.Failed)
        {
            return Flow.Stop;
        }
        Flow flow = Flow.Next;
        if (value.IsTrue)
        {
            flow = Nested(node.Keyword == "with" ? value : dot, node.Body);
        }
        else if (node.Else is not null)
        {
            flow = Nested(dot, node.Else);
        }
        run.Pop(mark);
        return flow;
    }

    private Flow Range(GoValue dot, ControlNode node)
    {
        int mark = run.VariableMark;
        GoValue value = expressions.Pipeline(dot, node.Pipe);
        bool any = false;
        Flow flow = run.Failed ? Flow.Stop : Turns(value, node, ref any);
        run.Pop(Math.Min(mark, run.VariableMark));
        if (flow == Flow.Stop)
        {
            return flow;
        }
        return any || node.Else is null ? Flow.Next : Nested(dot, node.Else);
    }

    private Flow Turns(GoValue value, ControlNode node, ref bool any)
    {
        Flow flow = Flow.Next;
        switch (value.Kind)
        {
            case GoKind.Slice:
                GoValue[] list = value.AsList;
                any = list.Length > 0;
                for (int i = 0; i < list.Length && flow == Flow.Next; i++)
                {
                    flow = Turn(GoValue.OfInt(i), list[i], node);
                }
                break;
            case GoKind.Map:
                foreach ((string key, GoValue item) in value.AsMap.Sorted())
                {
                    any = true;
                    flow = Turn(GoValue.Of(key), item, node);
                    if (flow != Flow.Next)
                    {
                        break;
                    }
                }
                break;
            case GoKind.Int or GoKind.Int32 or GoKind.Int64 or GoKind.Uint8 or GoKind.Uint64:
                return CountTurns(value, node, ref any);
            case GoKind.Invalid or GoKind.Interface:
                break;
            default:
                run.Fail(node.Pipe.Commands[^1].Words[^1], $"range can't iterate over {GoPrinter.ToText(run, value)}");
                break;
        }
        return run.Failed ? Flow.Stop : flow;
    }

    private Flow CountTurns(GoValue value, ControlNode node, ref bool any)
    {
        if (node.Pipe.Variables.Count > 1)
        {
            run.Fail(node, $"can't use {GoPrinter.ToText(run, value)} to iterate over more than one variable");
            return Flow.Stop;
        }
        any = value.AsInt > 0;
        Flow flow = Flow.Next;
        for (long i = 0; i < value.AsInt && flow == Flow.Next; i++)
        {
            flow = Turn(default, GoValue.Of(value.Type!, i), node);
        }
        return flow;
    }

    private Flow Turn(GoValue index, GoValue item, ControlNode node)
    {
        if (!run.Step())
        {
            return Flow.Stop;
        }
        int mark = run.VariableMark;
        IReadOnlyList<string> variables = node.Pipe.Variables;
        if (variables.Count > 0 && node.Pipe.IsAssign)
        {
            run.TrySet(variables[0], variables.Count > 1 ? index : item);
            run.TrySet(variables[^1], item);
        }
        else if (variables.Count > 0)
        {
            run.SetTop(1, item);
            run.SetTop(variables.Count, variables.Count > 1 ? index : item);
        }
        Flow flow = Nested(item, node.Body);
        if (flow != Flow.Stop)
        {
            run.Pop(mark);
        }
        return flow == Flow.Continue ? Flow.Next : flow;
    }

    private Flow Call(GoValue dot, TemplateCallNode node)
    {
        if (!run.TryTemplate(node.Name, out ListNode? body))
        {
            run.Fail(node, $"template {GoQuoting.Quote(node.Name)} not defined");
            return Flow.Stop;
        }
        if (run.IsTooDeep(_depth + 1))
        {
            run.Fail(node, $"exceeded maximum template depth ({run.MaxDepth})");
            return Flow.Stop;
        }
        GoValue data = node.Pipe is null ? default : expressions.Pipeline(dot, node.Pipe);
        if (run.Failed)
        {
            return Flow.Stop;
        }
        (string caller, int depth) = (run.Current, _depth);
        (string, GoValue)[] variables = run.TakeVariables();
        run.Push("$", data);
        run.Current = node.Name;
        _depth++;
        Flow flow = Nested(data, body);
        _depth = depth;
        run.Current = caller;
        run.RestoreVariables(variables);
        return flow;
    }

    private Flow Nested(GoValue dot, ListNode list)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            run.Fail(list, "template is nested too deeply");
            return Flow.Stop;
        }
        return Walk(dot, list);
    }
}
