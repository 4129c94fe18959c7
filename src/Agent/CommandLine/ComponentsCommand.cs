using System.CommandLine;
using Agent.Sdk;
using Agent.Sdk.Schema;

namespace Agent.CommandLine;

/// <summary><c>invar components</c>: what this build has, one a line, kind and name.</summary>
internal static class ComponentsCommand
{
    public static Command Create(AgentBuild build, Terminal terminal)
    {
        var command = new Command("components", "List the components and stages of this build");
        command.SetAction(_ =>
        {
            foreach (ComponentDescriptor component in build.Components.Components)
            {
                terminal.Out.WriteLine($"component {component.Name}");
            }
            foreach (BlockSchema stage in build.Components.Stages)
            {
                terminal.Out.WriteLine($"stage {stage.Name}");
            }
            return 0;
        });
        return command;
    }
}
