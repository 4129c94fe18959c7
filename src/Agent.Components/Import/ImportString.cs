using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Modules;

namespace Agent.Components.Import;

/// <summary>Imports custom components from a text, which may come from another component.</summary>
/// <example>import.string "math" {
///   content = `
///     declare "double" {
///       argument "input" { }
///       export "output" { value = argument.input.value * 2 }
///     }
///   `
/// }</example>
[Component("import.string")]
public sealed class ImportString(ComponentContext context) : IComponent<ImportString.Arguments>
{
    public sealed record Arguments
    {
        /// <summary>The module: `declare` and `import` blocks.</summary>
        public required OptionalSecret Content { get; init; }
    }

    /// <exception cref="ComponentException">The text is too long.</exception>
    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        if (arguments.Content.Value.Length > ModuleContent.LongestBytes)
        {
            throw new ComponentException($"cannot import the text: it is longer than {ModuleContent.LongestBytes} bytes");
        }
        context.Export(new ModuleContent([new ModuleFile(context.GlobalId, arguments.Content.Value)], context.ModulePath, context.GlobalId));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
