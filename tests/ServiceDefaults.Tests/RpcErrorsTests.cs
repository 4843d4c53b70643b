using FaceMix.ServiceDefaults;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class RpcErrorsTests
{
    [Fact]
    public void A_request_check_throws_every_violation_at_once()
    {
        var check = new RequestCheck();
        check.InRange("count", 0, 1, 64);
        check.InRange("temperature", float.NaN, 0, 2);
        check.Vector("latents[2].values", [1, float.NaN, 3], 3, -100, 100);
        check.Vector("from.values", null, 3, -100, 100);
        check.Count("weights", 65, 1, 64);
        check.Known("method", (StatusCode)99);

        var error = Assert.Throws<RpcException>(check.ThrowIfInvalid);

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal("count: 0 given; 1 to 64 allowed (and 5 more)", error.Status.Detail);
        var details = error.GetRpcStatus()!;
        var info = details.Details[0].Unpack<ErrorInfo>();
        Assert.Equal(("INVALID_REQUEST", "facemix"), (info.Reason, info.Domain));
        Assert.Equal(
            [
                "count: 0 given; 1 to 64 allowed",
                "temperature: NaN given; finite numbers within [0, 2] allowed",
                "latents[2].values[1]: NaN given; finite numbers within [-100, 100] allowed",
                "from.values: 0 numbers given; 3 expected",
                "weights: 65 given; 1 to 64 allowed",
                "method: 99 given, which is no StatusCode",
            ],
            details.Details[1].Unpack<BadRequest>().FieldViolations.Select(each => $"{each.Field}: {each.Description}"));
    }

    [Fact]
    public void A_request_check_with_nothing_wrong_lets_pass()
    {
        var check = new RequestCheck();
        check.InRange("count", 64, 1, 64);
        check.Vector("values", [-100, 0, 100], 3, -100, 100);
        check.ThrowIfInvalid();
        Assert.True(check.IsValid);
    }

    [Fact]
    public void Of_a_hundred_violations_the_first_sixteen_are_listed()
    {
        var error = RpcErrors.InvalidArgument([.. Enumerable.Range(0, 100).Select(i => new FieldViolation($"weights[{i}]", "2 given"))]);

        Assert.Equal(RpcErrors.MaxViolations, error.GetRpcStatus()!.Details[1].Unpack<BadRequest>().FieldViolations.Count);
        Assert.EndsWith("(and 99 more)", error.Status.Detail);
    }

    [Fact]
    public void Overload_says_when_to_come_back()
    {
        var error = RpcErrors.ResourceExhausted("QUEUE_FULL", "The queue is full.", TimeSpan.FromMilliseconds(250), ("limit", "64"));

        var details = error.GetRpcStatus()!.Details;
        Assert.Equal("64", details[0].Unpack<ErrorInfo>().Metadata["limit"]);
        Assert.Equal(TimeSpan.FromMilliseconds(250), details[1].Unpack<RetryInfo>().RetryDelay.ToTimeSpan());
    }

    [Fact]
    public void A_reason_is_upper_snake_case() =>
        Assert.Throws<ArgumentException>(() => RpcErrors.NotFound("no such model", "There is none."));
}
