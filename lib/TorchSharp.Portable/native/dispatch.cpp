// Every operator of libtorch, autograd included, through its boxed dispatcher: look an operator up once by schema
// name and overload, then call it with tagged arguments.

#include "handles.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

using tsp::borrow;
using tsp::Handle;

// Mirrors ValueTag in Interop/NativeValue.cs.
enum class Tag : int32_t {
    None,
    Tensor,
    Int,
    Double,
    Bool,
    IntList,
    DoubleList,
    BoolList,
    TensorList,
    OptionalTensorList,
    String,
    Device,
    Generator,
    ScalarList,
};

// A tagged value, 16 bytes. Lists are borrowed from the caller; a list that comes back is freed with tsp_free_list.
struct Value {
    Tag tag;
    int32_t length;
    union {
        int64_t integer;
        double real;
        void* pointer;
    };
};
static_assert(sizeof(Value) == 16, "Value must match NativeValue");

// libtorch's optional: its own in 1.13, the standard library's in 2.x.
template <typename>
struct LikeOptional;
template <template <typename...> class Optional, typename T>
struct LikeOptional<Optional<T>> {
    using OfTensor = Optional<at::Tensor>;
};
using OptionalTensor = LikeOptional<decltype(c10::Dispatcher::singleton().findSchema({"", ""}))>::OfTensor;

struct Operator {
    c10::OperatorHandle handle;
    size_t parameter_count;
    std::vector<c10::IValue> defaults;  // one per parameter, None where the schema has no default
    size_t required_count;              // parameters before the first one that may be left out
};

c10::IValue to_ivalue(const Value& value) {
    switch (value.tag) {
        case Tag::None:
            return {};
        case Tag::Tensor:
            return borrow(static_cast<Handle>(value.pointer));
        case Tag::Int:
            return value.integer;
        case Tag::Double:
            return value.real;
        case Tag::Bool:
            return value.integer != 0;
        case Tag::IntList: {
            auto* items = static_cast<const int64_t*>(value.pointer);
            return std::vector<int64_t>(items, items + value.length);
        }
        case Tag::DoubleList: {
            auto* items = static_cast<const double*>(value.pointer);
            return std::vector<double>(items, items + value.length);
        }
        case Tag::BoolList: {
            auto* items = static_cast<const int64_t*>(value.pointer);
            c10::List<bool> list;
            list.reserve(value.length);
            for (int32_t i = 0; i < value.length; i++) {
                list.push_back(items[i] != 0);
            }
            return list;
        }
        case Tag::TensorList: {
            auto* items = static_cast<Handle const*>(value.pointer);
            c10::List<at::Tensor> list;
            list.reserve(value.length);
            for (int32_t i = 0; i < value.length; i++) {
                list.push_back(borrow(items[i]));
            }
            return list;
        }
        case Tag::OptionalTensorList: {
            auto* items = static_cast<Handle const*>(value.pointer);
            c10::List<OptionalTensor> list;
            list.reserve(value.length);
            for (int32_t i = 0; i < value.length; i++) {
                list.push_back(items[i] == nullptr ? OptionalTensor() : OptionalTensor(borrow(items[i])));
            }
            return list;
        }
        case Tag::String:
            return std::string(static_cast<const char*>(value.pointer), value.length);
        case Tag::Device:  // type in the length, index in the payload
            return c10::Device(static_cast<c10::DeviceType>(value.length), static_cast<c10::DeviceIndex>(value.integer));
        case Tag::Generator:
            return *static_cast<at::Generator*>(value.pointer);
        case Tag::ScalarList: {
            auto* items = static_cast<const double*>(value.pointer);
            c10::impl::GenericList list(c10::NumberType::get());
            list.reserve(value.length);
            for (int32_t i = 0; i < value.length; i++) {
                list.push_back(items[i]);
            }
            return list;
        }
    }
    TORCH_CHECK(false, "unknown argument tag ", static_cast<int>(value.tag));
}

Value from_ivalue(c10::IValue&& result) {
    Value value{Tag::None, 0, {0}};
    if (result.isTensor()) {
        auto tensor = std::move(result).toTensor();
        if (tensor.defined()) {
            value.tag = Tag::Tensor;
            value.pointer = tsp::own(std::move(tensor));
        }
    } else if (result.isTensorList()) {
        auto tensors = result.toTensorVector();
        auto* items = static_cast<Handle*>(std::calloc(tensors.empty() ? 1 : tensors.size(), sizeof(Handle)));
        TORCH_CHECK(items != nullptr, "out of memory");
        for (size_t i = 0; i < tensors.size(); i++) {
            items[i] = tensors[i].defined() ? tsp::own(std::move(tensors[i])) : nullptr;
        }
        value.tag = Tag::TensorList;
        value.length = static_cast<int32_t>(tensors.size());
        value.pointer = items;
    } else if (result.isInt()) {
        value.tag = Tag::Int;
        value.integer = result.toInt();
    } else if (result.isDouble()) {
        value.tag = Tag::Double;
        value.real = result.toDouble();
    } else if (result.isBool()) {
        value.tag = Tag::Bool;
        value.integer = result.toBool() ? 1 : 0;
    }
    return value;
}

}  // namespace

// Returns the operator, valid for the life of the process, or null when this libtorch has none of that name.
TSP_API void* tsp_operator(const char* name, const char* overload) {
    return tsp::guarded<>(static_cast<void*>(nullptr), [&]() -> void* {
        auto found = c10::Dispatcher::singleton().findSchema({name, overload});
        if (!found.has_value()) {
            tsp::set_error(tsp::ErrorKind::NotImplemented,
                           std::string("This libtorch has no operator ") + name + (*overload ? "." : "") + overload + ".");
            return nullptr;
        }
        const auto& arguments = found->schema().arguments();
        auto op = std::make_unique<Operator>(Operator{*found, arguments.size(), {}, 0});
        op->defaults.reserve(arguments.size());
        for (size_t i = 0; i < arguments.size(); i++) {
            const auto& fallback = arguments[i].default_value();
            op->defaults.push_back(fallback.has_value() ? *fallback : c10::IValue());
            if (!fallback.has_value()) {
                op->required_count = i + 1;
            }
        }
        return op.release();
    });
}

// Calls the operator. Trailing arguments that are left out take the schema's defaults. At most `capacity` results are
// kept (0: none, for in-place operators). Returns the number of results, or -1 after an error.
TSP_API int32_t tsp_call(void* op_pointer, const Value* arguments, int32_t count, Value* results, int32_t capacity) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        auto& op = *static_cast<Operator*>(op_pointer);
        const auto given = static_cast<size_t>(count);
        TORCH_CHECK(given >= op.required_count && given <= op.parameter_count,
                    op.handle.operator_name(), " takes ", op.required_count, " to ", op.parameter_count,
                    " arguments in this libtorch, not ", given);
        torch::jit::Stack stack;
        stack.reserve(op.parameter_count);
        for (size_t i = 0; i < given; i++) {
            stack.push_back(to_ivalue(arguments[i]));
        }
        for (size_t i = given; i < op.parameter_count; i++) {
            stack.push_back(op.defaults[i]);
        }
        op.handle.callBoxed(&stack);
        const auto kept = std::min(stack.size(), static_cast<size_t>(capacity));
        for (size_t i = 0; i < kept; i++) {
            results[i] = from_ivalue(std::move(stack[i]));
        }
        return static_cast<int32_t>(kept);
    });
}

TSP_API void tsp_free_list(void* items) {
    std::free(items);
}
