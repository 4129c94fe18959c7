using System.Text;
using Agent.Sdk.Http;
using Agent.Wire;

namespace Agent.Components.Tests.Prometheus.Exporter;

/// <summary>What an exporter answers.</summary>
internal sealed record Answer(int Status, string ContentType, string Text);

internal static class PageReader
{
    public static async Task<Answer> GetAsync(this IHttpHandler component, string path = "/metrics", string accept = "", string method = "GET")
    {
        using var body = new GrowableBuffer();
        var reply = new LocalReply(body);
        await component.HandleAsync(new LocalRequest { Path = path, Accept = accept, Method = method }, reply, CancellationToken.None);
        return new Answer(reply.Status, reply.ContentType, Encoding.UTF8.GetString(body.Written));
    }
}
