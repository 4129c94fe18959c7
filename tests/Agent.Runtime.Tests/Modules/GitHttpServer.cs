using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Agent.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agent.Runtime.Tests.Modules;

/// <summary>Serves the repositories of a folder on loopback by <c>git http-backend</c>, to those who know the password.</summary>
internal sealed class GitHttpServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private GitHttpServer(WebApplication app, string folder) => (_app, _folder) = (app, folder);

    /// <summary>The program that speaks HTTP for git; null where git came without it.</summary>
    public static string? Backend { get; } = FindBackend();

    /// <summary>User and password, divided by a colon.</summary>
    public string Credentials { get; set; } = "";

    /// <summary>Where everything is to be found instead.</summary>
    public string? MovedTo { get; set; }

    /// <summary>What requests brought to show who sends them.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = [];

    /// <summary>The arguments of every process of the machine while a request was answered that had the right password.</summary>
    public ConcurrentQueue<string> Processes { get; } = [];

    public string Address => _app.Urls.First();

    public static async Task<GitHttpServer> StartAsync(string folder)
    {
        WebApplication app = LoopbackServer.Build();
        var server = new GitHttpServer(app, folder);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string? authorization = context.Request.Headers.Authorization;
        if (authorization is not null)
        {
            Authorizations.Enqueue(authorization);
        }
        if (MovedTo is not null)
        {
            context.Response.Redirect(MovedTo + context.Request.Path + context.Request.QueryString);
        }
        else if (authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials)))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
        }
        else
        {
            Processes.Enqueue(CommandLines());
            await RunAsync(context);
        }
    }

    private async Task RunAsync(HttpContext context)
    {
        var start = new ProcessStartInfo(Backend!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        HttpRequest request = context.Request;
        start.Environment["GIT_PROJECT_ROOT"] = _folder;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = request.Path;
        start.Environment["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?');
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["CONTENT_TYPE"] = request.ContentType;
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding;
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"];
        using Process process = Process.Start(start)!;
        Task send = SendAsync(request, process);
        using var answer = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(answer);
        await send;
        await process.WaitForExitAsync();
        await RelayAsync(answer.ToArray(), context.Response);
    }

    private static async Task SendAsync(HttpRequest request, Process process)
    {
        await request.Body.CopyToAsync(process.StandardInput.BaseStream);
        process.StandardInput.Close();
    }

    private static async Task RelayAsync(byte[] answer, HttpResponse response)
    {
        int end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (string line in Encoding.ASCII.GetString(answer, 0, end).Split("\r\n"))
        {
            string[] header = line.Split(": ", 2);
            if (header[0] == "Status")
            {
                response.StatusCode = int.Parse(header[1].AsSpan(0, 3), CultureInfo.InvariantCulture);
            }
            else
            {
                response.Headers[header[0]] = header[1];
            }
        }
        await response.Body.WriteAsync(answer.AsMemory(end + 4));
    }

    private static string CommandLines()
    {
        var all = new StringBuilder();
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(static path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                all.AppendLine(File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' '));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }
        return all.ToString();
    }

    private static string? FindBackend()
    {
        using Process process = Process.Start(new ProcessStartInfo("git", "--exec-path") { RedirectStandardOutput = true })!;
        string path = Path.Combine(process.StandardOutput.ReadToEnd().Trim(), "git-http-backend");
        process.WaitForExit();
        return File.Exists(path) ? path : null;
    }
}

/// <summary>A test that serves a repository over HTTP: skips, and says so, where git came without the program for it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GitHttpFactAttribute : FactAttribute
{
    public GitHttpFactAttribute() => Skip = GitHttpServer.Backend is null ? Missing : null;

    public static string Missing => "git-http-backend not found: git was installed without it";
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GitHttpTheoryAttribute : TheoryAttribute
{
    public GitHttpTheoryAttribute() => Skip = GitHttpServer.Backend is null ? GitHttpFactAttribute.Missing : null;
}
