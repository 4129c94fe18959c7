using System.Diagnostics;
using Agent.Testing;

namespace Agent.EndToEnd;

/// <summary>What one run of the program that ends by itself gave.</summary>
internal sealed record Invocation(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs the program in the root of the checkout until it ends; kills it, and throws, when that takes too long.</summary>
    public static async Task<Invocation> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(NativeBinary.Location!, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new Invocation(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
