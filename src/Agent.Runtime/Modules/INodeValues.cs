using Agent.Syntax.Values;

namespace Agent.Runtime.Modules;

/// <summary>What the nodes of a graph, running or still being built, have to show.</summary>
internal interface INodeValues
{
    /// <summary>The exports of a node by its global id; null where it has none yet.</summary>
    ObjectValue? ExportsOf(string id);

    /// <summary>The module that an instance of a <c>declare</c> block runs; null where there is none yet.</summary>
    ModuleFrame? ModuleOf(string id);
}
