using System.CommandLine;
using Agent.Docs;
using Agent.Sdk;

namespace Agent.CommandLine;

/// <summary><c>invar docs</c>: writes one page for each component from its declaration.</summary>
internal static class DocsCommand
{
    public static Command Create(AgentBuild build, Terminal terminal)
    {
        Option<string> output = Flag.Text("--output", "docs/components", "Folder to write the pages to");
        var command = new Command("docs", "Write the reference pages of the components") { output };
        command.SetAction(result =>
        {
            string folder = result.GetValue(output)!;
            try
            {
                Directory.CreateDirectory(folder);
                foreach (ComponentDescriptor component in build.Components.Components)
                {
                    File.WriteAllText(Path.Combine(folder, component.Name + ".md"), ComponentReference.Write(component));
                }
                return 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return terminal.Fail($"cannot write pages to {folder}: {exception.Message}");
            }
        });
        return command;
    }
}
