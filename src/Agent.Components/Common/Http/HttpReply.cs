using System.Net.Mime;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Common.Http;

/// <summary>How a request that brings data is answered.</summary>
internal readonly record struct HttpReply(int Status, string Message)
{
    public static HttpReply Taken => new(StatusCodes.Status204NoContent, "");

    public static HttpReply Bad(string cause) => new(StatusCodes.Status400BadRequest, cause);

    public static HttpReply TooLong(long limit) =>
        new(StatusCodes.Status413PayloadTooLarge, $"cannot take a request of more than {limit} bytes");

    public Task SendAsync(HttpContext http)
    {
        http.Response.StatusCode = Status;
        if (Message.Length == 0)
        {
            return Task.CompletedTask;
        }
        http.Response.ContentType = MediaTypeNames.Text.Plain;
        return http.Response.WriteAsync(Message, http.RequestAborted);
    }
}
