from benchmarks.growth.policies import INLINE_MAX, Sizes, fullest, resolve, sizes


def test_functions_of_cloudformation_are_filled_in() -> None:
    stack_id = {"Ref": "AWS::StackId"}
    uuid = {"Fn::Select": [2, {"Fn::Split": ["/", stack_id]}]}
    assert resolve({"Fn::Join": ["-", ["a", uuid]]}) == "a-0a1b2c3d-1111-2222-3333-444455556666"
    assert resolve({"Ref": "AWS::Partition"}) == "aws"
    assert resolve({"plain": ["text", 1]}) == {"plain": ["text", 1]}


def test_inline_policies_count_together_and_managed_ones_alone() -> None:
    def policy(kind: str) -> dict[str, object]:
        return {"Type": kind, "Properties": {"PolicyDocument": {"a": "b"}}}

    resources = {
        "One": policy("AWS::IAM::Policy"),
        "Two": policy("AWS::IAM::Policy"),
        "Three": policy("AWS::IAM::ManagedPolicy"),
        "Four": {"Type": "AWS::IAM::Role"},
    }
    each = len('{"a":"b"}')
    assert sizes({"Resources": resources}) == {"inline": 2 * each, "managed": [each]}


def test_the_fullest_limit_is_the_one_that_counts() -> None:
    assert fullest(Sizes(inline=INLINE_MAX // 2, managed=[])) == 0.5
    assert fullest(Sizes(inline=0, managed=[6144])) == 1
